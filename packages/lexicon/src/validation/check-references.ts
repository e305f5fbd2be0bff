import type { UnionSchema } from '../document/document.ts'
import { isMap } from './maps.ts'
import type { Check } from './validation-context.ts'

/**
 * Finds the check of a definition by its full type name, when first needed: definitions may refer
 * in circles.
 */
export type FindCheck = (typeName: string) => Check | undefined

export function compileReference(type: string, find: FindCheck): Check {
  let target: Check | undefined
  return (value, context) => {
    target ??= find(type)
    return target === undefined
      ? context.fail('unknown-schema', `cannot be judged: ${type} is not known`)
      : target(value, context)
  }
}

export function compileUnion(schema: UnionSchema, types: readonly string[], find: FindCheck): Check {
  const { closed = false } = schema
  const variants = new Map<string, Check | undefined>()
  const named = new Set(types)
  return (value, context) => {
    if (!isMap(value)) return context.fail('type', 'must be an object')
    const type = value['$type']
    if (typeof type !== 'string' || type === '') return context.failAt('$type', 'variant', 'must name the type')
    let check = variants.get(type)
    if (check === undefined && named.has(type)) {
      check = find(type)
      variants.set(type, check)
    }
    if (check !== undefined) return check(value, context)
    if (closed) return context.failAt('$type', 'variant', `must be one of ${types.join(', ')}`)
    // An open union takes types that are not known here; `main` is left out of a type's name, and
    // blobs are no variant.
    if (type.endsWith('#main') || type === 'blob') return context.failAt('$type', 'variant', `must not be ${type}`)
    return true
  }
}

/** Any map, but none of the forms that stand for something else. */
export function checkUnknown(...[value, context]: Parameters<Check>): boolean {
  if (!isMap(value)) return context.fail('type', 'must be an object')
  if (value['$type'] === 'blob' || value['$link'] !== undefined || value['$bytes'] !== undefined) {
    return context.fail('type', 'must be an object of its own, not a blob, a link or bytes')
  }
  return true
}
