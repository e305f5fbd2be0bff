import { isNsid, isRecordKeyKind } from '@atoll/syntax'
import type { LexiconDoc } from './document.ts'
import { LexiconError } from './errors.ts'
import { formats } from './formats.ts'
import { choices, type FieldKind, type FieldKinds, parts, schemas } from './language.ts'
import { isMap } from './maps.ts'
import { isDefinitionName, isReference } from './references.ts'
import type { Result } from './result.ts'
import { type Check, Run } from './run.ts'

const MAX_ISSUES = 100
// A schema within a schema takes two levels (`properties`, then the name), and values end at 32.
const MAX_DEPTH = 64

/**
 * Reads a document. Whatever would leave its meaning in doubt is refused; for mere oddities there is `lintLexicon`.
 * @throws LexiconError with everything that is wrong
 */
export function parseLexicon(json: unknown): LexiconDoc {
  const result = checkLexicon(json)
  if (!result.ok) throw new LexiconError(result.issues)
  return result.value
}

/** Like `parseLexicon`, with a result instead of an exception. */
export function checkLexicon(json: unknown): Result<LexiconDoc> {
  const run = new Run({ maxIssues: MAX_ISSUES })
  const isFine = isShallow(json, MAX_DEPTH) ? checkDocument(json, run) : run.fail('document', 'is nested too deeply')
  return isFine ? { ok: true, value: json as LexiconDoc } : { ok: false, issues: run.issues } // as just checked
}

function checkDocument(json: unknown, run: Run): boolean {
  const isFine = checkFields(parts['document']!, json, run)
  if (!isMap(json)) return false
  const found = run.found
  return checkDefinitions(json['defs'], run) ? isFine : run.within('defs', found)
}

function checkDefinitions(defs: unknown, run: Run): boolean {
  if (!isMap(defs)) return run.fail('type', 'must be an object')
  const names = Object.keys(defs)
  if (names.length === 0) return run.fail('length', 'must define something')
  return every(names, run, (name) => {
    if (!isDefinitionName(name)) return run.fail('format', 'is not a name for a definition')
    return checkKind(name === 'main' ? 'main' : 'definition', defs[name], run)
  })
}

interface Field {
  readonly name: string
  readonly kind: FieldKind
  readonly required: boolean
}

const fieldLists = new Map<FieldKinds, readonly Field[]>()

function fieldsOf(kinds: FieldKinds): readonly Field[] {
  const known = fieldLists.get(kinds)
  if (known !== undefined) return known
  const fields = Object.entries({ description: 'text', ...kinds }).map(([name, kind]) => {
    return { name: name.replace('!', ''), kind, required: name.endsWith('!') }
  })
  fieldLists.set(kinds, fields)
  return fields
}

function checkFields(kinds: FieldKinds, value: unknown, run: Run): boolean {
  if (!isMap(value)) return run.fail('type', 'must be an object')
  let ok = true
  for (const { name, kind, required } of fieldsOf(kinds)) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    const found = run.found
    if (member === undefined) {
      if (required) ok = run.failAt(name, 'required', 'is missing')
    } else if (!checkKind(kind, member, run)) ok = run.within(name, found)
  }
  return ok
}

function checkKind(kind: FieldKind, value: unknown, run: Run): boolean {
  if (typeof kind === 'string') {
    const types = choices[kind]
    if (types !== undefined) return checkSchema(types, kind, value, run)
    const fields = parts[kind]
    return fields === undefined ? scalars[kind]!(value, run) : checkFields(fields, value, run)
  }
  if ('each' in kind) return checkMap(kind.each, value, run)
  if (!Array.isArray(value)) return run.fail('type', 'must be an array')
  return every(value.keys(), run, (i) => checkKind(kind[0], value[i], run))
}

function checkMap(each: string, value: unknown, run: Run): boolean {
  if (!isMap(value)) return run.fail('type', 'must be an object')
  return every(Object.keys(value), run, (name) => {
    if (name === '__proto__') return run.fail('format', 'is not a name for a property')
    return checkKind(each, value[name], run)
  })
}

function checkSchema(types: readonly string[], kind: string, value: unknown, run: Run): boolean {
  if (!isMap(value)) return run.fail('type', 'must be an object')
  const { type } = value
  if (typeof type !== 'string' || !types.includes(type))
    return run.failAt('type', 'enum', `must be ${types.join(', ')}`)
  const fields = kind === 'param' && type === 'array' ? parts['param-array'] : schemas[type]
  return checkFields(fields!, value, run) && checkTogether(value, run)
}

/** What fields say together. */
function checkTogether(schema: { [field: string]: unknown }, run: Run): boolean {
  if (schema['const'] !== undefined && schema['default'] !== undefined)
    return run.failAt('default', 'document', 'cannot stand beside const')
  if (schema['type'] === 'union' && schema['closed'] === true && (schema['refs'] as unknown[]).length === 0)
    return run.failAt('refs', 'document', 'must not be empty in a closed union')
  return true
}

function every<T extends string | number>(members: Iterable<T>, run: Run, isFine: (member: T) => boolean): boolean {
  let ok = true
  for (const member of members) {
    const found = run.found
    if (!isFine(member)) ok = run.within(member, found)
  }
  return ok
}

const scalars: { readonly [kind: string]: Check } = {
  boolean: (value, run) => typeof value === 'boolean' || run.fail('type', 'must be a boolean'),
  integer: (value, run) => Number.isSafeInteger(value) || run.fail('type', 'must be an integer'),
  count: (value, run) =>
    (Number.isSafeInteger(value) && Number(value) >= 0) || run.fail('type', 'must be an integer, 0 or more'),
  version: (value, run) => value === 1 || run.fail('const', 'must be 1'),
  text: (value, run) => checkText(value, run, () => true, 'a string'),
  nsid: (value, run) => checkText(value, run, isNsid, 'an NSID'),
  format: (value, run) => checkText(value, run, (text) => Object.hasOwn(formats, text), 'a string format'),
  reference: (value, run) => checkText(value, run, isReference, 'a reference: an NSID, #name, or both'),
  'mime-type': (value, run) => checkText(value, run, isMimePattern, 'a MIME type'),
  'mime-pattern': (value, run) => checkText(value, run, isMimePattern, 'a MIME type, or a pattern such as image/*'),
  'error-name': (value, run) => checkText(value, run, (text) => /^\S+$/.test(text), 'a name without spaces'),
  'record-key-kind': (value, run) => checkText(value, run, isRecordKeyKind, 'tid, nsid, any or literal:value'),
}

function checkText(value: unknown, run: Run, is: (text: string) => boolean, name: string): boolean {
  return (typeof value === 'string' && is(value)) || run.fail('format', `must be ${name}`)
}

function isMimePattern(text: string): boolean {
  return /^(\*\/\*|[^\s*/]+\/(\*|[^*/]+))$/.test(text)
}

/** Whether nothing is nested deeper than `levels`. Looks no further than that. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1))
}
