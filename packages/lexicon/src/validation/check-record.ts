import type { RecordDefinition } from '../document/document.ts'
import { isMap } from './maps.ts'
import { compileSchema, type Scope } from './scope.ts'
import type { Check } from './validation-context.ts'

export function compileRecord({ record }: RecordDefinition, scope: Scope): Check {
  const checkObject = compileSchema(record, scope)
  return (value, context) => {
    const isNamed = !isMap(value) || value['$type'] === scope.home
    if (!isNamed) context.failAt('$type', 'record-type', `must be ${scope.home}`)
    return !context.isFull && checkObject(value, context) && isNamed
  }
}
