import { isNormalizedNsid, normalizeNsid } from '@atoll/syntax'
import type { FieldSchema, LexiconDoc, ObjectSchema, ParamsSchema } from '../document/document.ts'
import { type AnySchema, visitSchemas } from '../document/visit.ts'
import { type FieldKinds, parts, schemas } from '../parse/language.ts'
import { findPart } from '../validation/all-parts.ts'
import type { Issue } from '../validation/result.ts'
import { compileSchema } from '../validation/scope.ts'
import { ValidationContext } from '../validation/validation-context.ts'
import { lintPermissionSet, type Report } from './lint-permissions.ts'
import { type FindDocument, lintReference } from './lint-references.ts'

/**
 * Points out what is wrong with a document that can be read, or is likely to be a slip: fields that
 * mean nothing, limits that exclude each other, references that lead nowhere. With `find`,
 * references to other documents are followed as well.
 */
export function lintLexicon(document: LexiconDoc, options: { find?: FindDocument } = {}): Issue[] {
  const issues: Issue[] = []
  const report: Report = (path, message) => issues.push({ path, message, code: 'document' })
  if (!isNormalizedNsid(document.id)) {
    report('/id', `is written ${normalizeNsid(document.id)}: a domain is in lower case`)
  }
  visitSchemas(document, (schema, path) => {
    lintFieldNames(schema, path, report)
    lintLists(schema, path, report)
    lintLimits(schema, path, report)
    lintValues(schema, path, report)
    if (schema.type === 'object' || schema.type === 'params') lintProperties(schema, path, report)
    if (schema.type === 'permission-set') lintPermissionSet(schema, path, report)
    const references = schema.type === 'ref' ? [schema.ref] : schema.type === 'union' ? schema.refs : []
    for (const [i, reference] of references.entries()) {
      const within = schema.type as 'ref' | 'union' // nothing else has references
      const place = within === 'ref' ? `${path}/ref` : `${path}/refs/${i}`
      lintReference(reference, { home: document, find: options.find, within }, (message) => report(place, message))
    }
  })
  return issues
}

function lintFieldNames(schema: AnySchema, path: string, report: Report): void {
  const kinds = schemas[schema.type]!
  lintPart(schema, kinds, path, report)
  for (const [field, kind] of Object.entries(kinds)) {
    const part = memberOf(schema, field.replace('!', ''))
    if ((kind === 'body' || kind === 'message') && part !== undefined) {
      lintPart(part as object, parts[kind]!, `${path}/${field.replace('!', '')}`, report) // checked when it was parsed
    }
  }
}

function lintPart(part: object, kinds: FieldKinds, path: string, report: Report): void {
  const known = new Set(['type', 'description', ...Object.keys(kinds).map((name) => name.replace('!', ''))])
  for (const name of Object.keys(part)) if (!known.has(name)) report(`${path}/${name}`, 'is not a known field')
}

function lintLists(schema: AnySchema, path: string, report: Report): void {
  for (const [field, kind] of Object.entries(schemas[schema.type]!)) {
    const name = field.replace('!', '')
    const list = memberOf(schema, name)
    if (!Array.isArray(kind) || !Array.isArray(list)) continue
    const items = list.map((item) => (kind[0] === 'error' ? item.name : item))
    if (new Set(items).size < items.length) report(`${path}/${name}`, 'says something twice')
    if (name === 'enum' && items.length === 0) report(`${path}/enum`, 'leaves no value')
  }
}

function memberOf(schema: AnySchema, name: string): unknown {
  return (schema as object as { readonly [field: string]: unknown })[name]
}

function lintLimits(schema: AnySchema, path: string, report: Report): void {
  const limits: { [limit: string]: unknown } = { ...schema }
  const pairs = [
    ['minimum', 'maximum'],
    ['minLength', 'maxLength'],
    ['minGraphemes', 'maxGraphemes'],
    ['minGraphemes', 'maxLength'],
  ] as const
  for (const [least, most] of pairs) {
    const [low, high] = [limits[least], limits[most]]
    if (typeof low === 'number' && typeof high === 'number' && low > high) report(`${path}/${least}`, `is over ${most}`)
  }
}

/** Values that a schema names must pass the schema itself. */
function lintValues(schema: AnySchema, path: string, report: Report): void {
  if (schema.type !== 'boolean' && schema.type !== 'integer' && schema.type !== 'string') return
  const { default: fallback, const: expected, ...rules } = schema
  const { enum: allowed = [], ...limits } = rules.type === 'boolean' ? { ...rules, enum: [] } : rules
  const test = (value: unknown, by: object, field: string) => {
    const context = new ValidationContext()
    const check = compileSchema(by as FieldSchema, { home: '', find: findPart }) // the schema, less a few fields
    if (value !== undefined && !check(value, context)) report(`${path}/${field}`, context.issues[0]!.message)
  }
  test(fallback, rules, 'default')
  test(expected, rules, 'const')
  for (const [i, value] of allowed.entries()) test(value, limits, `enum/${i}`)
  const knownValues = schema.type === 'string' ? (schema.knownValues ?? []) : []
  for (const [i, value] of knownValues.entries()) {
    if (value.startsWith('#')) {
      report(`${path}/knownValues/${i}`, 'must name its document: a token is data, not a reference')
    }
  }
}

function lintProperties(schema: ObjectSchema | ParamsSchema, path: string, report: Report): void {
  if (schema.properties === undefined) report(`${path}/properties`, 'is missing')
  for (const list of ['required', 'nullable'] as const) {
    if (list === 'nullable' && schema.type === 'params') continue
    for (const name of (schema as ObjectSchema)[list] ?? []) {
      if (!Object.hasOwn(schema.properties ?? {}, name)) {
        report(`${path}/${list}`, `names ${name}, which is no property`)
      }
    }
  }
}
