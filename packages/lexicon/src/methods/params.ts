import type { ParamArraySchema, ParamSchema, ParamsSchema } from '../document/document.ts'
import { isMap } from '../validation/maps.ts'
import type { Result } from '../validation/result.ts'
import { compileSchema, type Scope } from '../validation/scope.ts'
import { type Check, type ValidateOptions, ValidationContext } from '../validation/validation-context.ts'

type ParamValue = boolean | number | string | ParamValue[]

interface Param {
  readonly name: string
  readonly schema: ParamSchema | ParamArraySchema
  readonly check: Check
  readonly required: boolean
}

/** The query parameters of a method: read from text, validated, written as text. */
export class Params {
  readonly #params: readonly Param[]

  constructor({ properties = {}, required = [] }: Omit<ParamsSchema, 'type'> = {}, scope: Scope) {
    this.#params = Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      check: compileSchema(schema, scope),
      required: required.includes(name),
    }))
  }

  /**
   * Reads a query string. Defaults are filled in; parameters that the schema does not name are left
   * out, and so are those that may be absent and have no value (`cursor=`), as everywhere in the
   * network. One called `__proto__` is refused, as in JSON.
   */
  parse(search: URLSearchParams, options?: ValidateOptions): Result<object> {
    const given: Record<string, ParamValue> = {}
    const context = new ValidationContext(options)
    if (search.has('__proto__')) context.failAt('__proto__', 'format', 'is not a name for a parameter')
    for (const { name, schema, required } of this.#params) {
      const texts = search.getAll(name)
      const isBare = texts.length === 1 && texts[0] === '' && !required && schema.type !== 'array'
      if (texts.length === 0 || isBare) continue
      if (schema.type === 'array') given[name] = texts.map((text) => readParam(schema.items, text))
      else if (texts.length === 1) given[name] = readParam(schema, texts[0]!)
      else context.failAt(name, 'repeated', 'must not be given more than once')
    }
    return this.#check(given, context)
  }

  /**
   * Validates typed parameters. The result has the defaults filled in, and only what the schema
   * names.
   */
  validate(given: unknown, options?: ValidateOptions): Result<object> {
    const context = new ValidationContext(options)
    if (!isMap(given)) context.fail('type', 'must be an object')
    return this.#check(isMap(given) ? given : {}, context)
  }

  #check(given: Record<string, unknown>, context: ValidationContext): Result<object> {
    const value: Record<string, unknown> = {}
    for (const { name, schema, check, required } of this.#params) {
      if (context.isFull) break
      const param = Object.hasOwn(given, name) ? given[name] : undefined
      const found = context.issueCount
      if (param !== undefined) {
        if (check(param, context)) value[name] = param
        else context.prefix(name, found)
      } else if ('default' in schema) value[name] = schema.default
      else if (required) context.failAt(name, 'required', 'is missing')
    }
    return context.issueCount === 0 ? { ok: true, value } : { ok: false, issues: context.issues }
  }
}

/** Writes parameters as a query string. Absent ones are left out; arrays are repeated. */
export function formatParams(params: object): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, param] of Object.entries(params) as [string, ParamValue | undefined][]) {
    if (param === undefined) continue
    for (const item of Array.isArray(param) ? param : [param]) search.append(name, String(item))
  }
  return search
}

/** Text that is no boolean or integer stays text: the check then says what is wrong with it. */
function readParam({ type }: ParamSchema, text: string): ParamValue {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text) + 0 // never -0
  return text
}
