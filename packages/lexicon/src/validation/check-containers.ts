import type { ArraySchema, ObjectSchema } from '../document/document.ts'
import { isInherited, isMap } from './maps.ts'
import { compileSchema, type Scope } from './scope.ts'
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

interface Field {
  readonly name: string
  readonly check: Check
  readonly required: boolean
  readonly nullable: boolean
  readonly inherited: boolean
}

// From so many fields on, the fields that a value has are looked up in the schema, and not the
// other way round: else someone else's schema of a thousand fields would make a list of a thousand
// empty objects cost a million steps.
const MANY_FIELDS = 48

/** Fields that the schema does not name are let through, whatever they hold. */
export function compileObject(schema: ObjectSchema, scope: Scope): Check {
  const fields = fieldsOf(schema, scope)
  if (fields.length >= MANY_FIELDS) return compileLargeObject(fields)
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

function compileLargeObject(fields: readonly Field[]): Check {
  const byName = new Map(fields.map((field) => [field.name, field]))
  const required = fields.filter((field) => field.required)
  return (value, context) => {
    if (!isMap(value)) return context.fail('type', 'must be an object')
    let ok = true
    for (const { name } of required) {
      if (Object.hasOwn(value, name) && value[name] !== undefined) continue
      ok = context.failAt(name, 'required', 'is missing')
      if (context.isFull) return false
    }
    for (const name of Object.keys(value)) {
      const member: unknown = value[name]
      const field = byName.get(name)
      if (field === undefined || member === undefined || (member === null && field.nullable)) continue
      const found = context.issueCount
      if (field.check(member, context)) continue
      ok = context.prefix(name, found)
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
