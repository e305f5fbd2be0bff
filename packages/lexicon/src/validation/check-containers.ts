import type { ArraySchema, ObjectSchema } from '../document/document.ts'
import { type Field, hasManyFields } from './fields.ts'
import { isInherited, isMap } from './maps.ts'
import { compileSchema, type FieldLookup, requirePart, type Scope } from './scope.ts'
import type { Check } from './validation-context.ts'

export function compileArray(schema: ArraySchema, scope: Scope): Check {
  const { minLength = 0, maxLength = Number.MAX_SAFE_INTEGER } = schema
  const checkItem = compileSchema(schema.items, scope)
  return (value, context) => {
    if (!Array.isArray(value)) return context.fail('type', 'must be an array')
    if (value.length < minLength) return context.fail('length', `must not have fewer than ${minLength} items`)
    if (value.length > maxLength) return context.fail('length', `must not have more than ${maxLength} items`)
    let ok = true
    for (let i = 0; i < value.length; i++) {
      const found = context.issueCount
      if (checkItem(value[i], context)) continue
      ok = context.prefix(i, found)
      if (context.isFull) return false
    }
    return ok
  }
}

/** Fields that the schema does not name are let through, whatever they hold. */
export function compileObject(schema: ObjectSchema, scope: Scope): Check {
  const fields = fieldsOf(schema, scope)
  if (hasManyFields(schema)) return requirePart<FieldLookup>('many-fields', scope).compile(fields)
  return (value, context) => {
    if (!isMap(value)) return context.fail('type', 'must be an object')
    let ok = true
    for (const field of fields) {
      const member = field.inherited && !Object.hasOwn(value, field.name) ? undefined : value[field.name]
      if (member === undefined) {
        if (!field.required) continue
        ok = context.failAt(field.name, 'required', 'is missing')
      } else {
        if (member === null && field.nullable) continue
        const found = context.issueCount
        if (field.check(member, context)) continue
        ok = context.prefix(field.name, found)
      }
      if (context.isFull) return false
    }
    return ok
  }
}

function fieldsOf({ properties = {}, required = [], nullable = [] }: ObjectSchema, scope: Scope): Field[] {
  const names = new Set([...Object.keys(properties), ...required])
  const isRequired = new Set(required)
  const isNullable = new Set(nullable)
  return Array.from(names, (name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    return {
      name,
      check: property === undefined ? () => true : compileSchema(property, scope),
      required: isRequired.has(name),
      nullable: isNullable.has(name),
      inherited: isInherited(name),
    }
  })
}
