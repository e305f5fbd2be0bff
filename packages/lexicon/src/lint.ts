import { compileSchema } from './compile.ts'
import type { FieldSchema, LexiconDoc, ObjectSchema, ParamsSchema } from './document.ts'
import { parts, schemas } from './language.ts'
import { lintPermissionSet, type Report } from './lint-permissions.ts'
import { type FindDocument, lintReference } from './lint-references.ts'
import type { Issue } from './result.ts'
import { Run } from './run.ts'
import { type AnySchema, visitSchemas } from './visit.ts'

/**
 * Points out what is wrong with a document that can be read, or is likely to be a slip: fields that mean nothing, limits
 * that exclude each other, references that lead nowhere. With `find`, references to other documents are followed too.
 */
export function lintLexicon(document: LexiconDoc, options: { find?: FindDocument } = {}): Issue[] {
  const issues: Issue[] = []
  const report: Report = (path, message) => issues.push({ path, message, code: 'document' })
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
  lintPart(schema, schemas[schema.type]!, path, report)
  for (const name of ['input', 'output', 'message'] as const) {
    const part = (schema as { [part in typeof name]?: object })[name]
    if (part !== undefined) lintPart(part, parts[name === 'message' ? 'message' : 'body']!, `${path}/${name}`, report)
  }
}

function lintPart(part: object, kinds: object, path: string, report: Report): void {
  const known = new Set(['type', 'description', ...Object.keys(kinds).map((name) => name.replace('!', ''))])
  for (const name of Object.keys(part)) if (!known.has(name)) report(`${path}/${name}`, 'is not a known field')
}

function lintLists(schema: AnySchema, path: string, report: Report): void {
  for (const name of ['required', 'nullable', 'enum', 'knownValues', 'refs', 'accept'] as const) {
    const list = (schema as { [list in typeof name]?: readonly unknown[] })[name]
    if (list !== undefined && new Set(list).size < list.length) report(`${path}/${name}`, 'says something twice')
    if (name === 'enum' && list?.length === 0) report(`${path}/enum`, 'leaves no value')
  }
  const errors = 'errors' in schema ? (schema.errors ?? []) : []
  if (new Set(errors.map(({ name }) => name)).size < errors.length) report(`${path}/errors`, 'says something twice')
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
  const { enum: allowed = [], ...limits } = 'enum' in rules ? rules : { ...rules, enum: [] }
  const test = (value: unknown, by: object, field: string) => {
    const run = new Run()
    const check = compileSchema(by as FieldSchema, { home: '', find: () => undefined }) // the schema, less a few fields
    if (value !== undefined && !check(value, run)) report(`${path}/${field}`, run.issues[0]!.message)
  }
  test(fallback, rules, 'default')
  test(expected, rules, 'const')
  for (const [i, value] of allowed.entries()) test(value, limits, `enum/${i}`)
  const knownValues = schema.type === 'string' ? (schema.knownValues ?? []) : []
  for (const [i, value] of knownValues.entries()) {
    if (value.startsWith('#'))
      report(`${path}/knownValues/${i}`, 'must name its document: a token is data, not a reference')
  }
}

function lintProperties(schema: ObjectSchema | ParamsSchema, path: string, report: Report): void {
  if (schema.properties === undefined) report(`${path}/properties`, 'is missing')
  for (const list of ['required', 'nullable'] as const) {
    const names = list in schema ? ((schema as ObjectSchema)[list] ?? []) : []
    for (const name of names)
      if (!Object.hasOwn(schema.properties ?? {}, name))
        report(`${path}/${list}`, `names ${name}, which is no property`)
  }
}
