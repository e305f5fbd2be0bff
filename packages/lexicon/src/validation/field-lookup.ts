import { isMap } from './maps.ts'
import type { FieldLookup } from './scope.ts'

/** Checks objects of many fields: few schemas need it. */
export const fieldLookup: FieldLookup = {
  name: 'many-fields',
  compile(fields) {
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
  },
}
