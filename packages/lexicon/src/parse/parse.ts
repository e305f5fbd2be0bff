import { isNsid, isRecordKeyKind } from '@atoll/syntax'
import type { LexiconDoc } from '../document/document.ts'
import { isDefinitionName, isReference } from '../document/references.ts'
import { LexiconError } from '../errors.ts'
import { isFormatName } from '../validation/all-parts.ts'
import { isMap } from '../validation/maps.ts'
import type { Result } from '../validation/result.ts'
import { type Check, ValidationContext } from '../validation/validation-context.ts'
import { choices, type FieldKind, type FieldKinds, parts, schemas } from './language.ts'

const MAX_ISSUES = 100
// A schema within a schema takes two levels (`properties`, then the name), and values end at 32.
const MAX_DEPTH = 64

/**
 * Reads a document. Whatever would leave its meaning in doubt is refused; for mere oddities there
 * is `lintLexicon`.
 * @throws LexiconError with everything that is wrong
 */
export function parseLexicon(json: unknown): LexiconDoc {
  const result = checkLexicon(json)
  if (!result.ok) throw new LexiconError(result.issues)
  return result.value
}

/** Like `parseLexicon`, with a result instead of an exception. */
export function checkLexicon(json: unknown): Result<LexiconDoc> {
  const context = new ValidationContext({ maxIssues: MAX_ISSUES })
  const isFine = isShallow(json, MAX_DEPTH)
    ? checkDocument(json, context)
    : context.fail('document', 'is nested too deeply')
  return isFine ? { ok: true, value: json as LexiconDoc } : { ok: false, issues: context.issues } // as just checked
}

function checkDocument(json: unknown, context: ValidationContext): boolean {
  const isFine = checkFields(parts['document']!, json, context)
  if (!isMap(json)) return false
  const found = context.issueCount
  return checkDefinitions(json['defs'], context) ? isFine : context.prefix('defs', found)
}

function checkDefinitions(defs: unknown, context: ValidationContext): boolean {
  if (!isMap(defs)) return context.fail('type', 'must be an object')
  const names = Object.keys(defs)
  if (names.length === 0) return context.fail('length', 'must define something')
  return every(names, context, (name) => {
    if (!isDefinitionName(name)) return context.fail('format', 'is not a name for a definition')
    return checkKind(name === 'main' ? 'main' : 'definition', defs[name], context)
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

function checkFields(kinds: FieldKinds, value: unknown, context: ValidationContext): boolean {
  if (!isMap(value)) return context.fail('type', 'must be an object')
  let ok = true
  for (const { name, kind, required } of fieldsOf(kinds)) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    const found = context.issueCount
    if (member === undefined) {
      if (required) ok = context.failAt(name, 'required', 'is missing')
    } else if (!checkKind(kind, member, context)) ok = context.prefix(name, found)
  }
  return ok
}

function checkKind(kind: FieldKind, value: unknown, context: ValidationContext): boolean {
  if (typeof kind === 'string') {
    const types = choices[kind]
    if (types !== undefined) return checkSchema(types, kind, value, context)
    const fields = parts[kind]
    return fields === undefined ? scalars[kind]!(value, context) : checkFields(fields, value, context)
  }
  if ('each' in kind) return checkMap(kind.each, value, context)
  if (!Array.isArray(value)) return context.fail('type', 'must be an array')
  return every(value.keys(), context, (i) => checkKind(kind[0], value[i], context))
}

function checkMap(each: string, value: unknown, context: ValidationContext): boolean {
  if (!isMap(value)) return context.fail('type', 'must be an object')
  return every(Object.keys(value), context, (name) => {
    if (name === '__proto__') return context.fail('format', 'is not a name for a property')
    return checkKind(each, value[name], context)
  })
}

function checkSchema(types: readonly string[], kind: string, value: unknown, context: ValidationContext): boolean {
  if (!isMap(value)) return context.fail('type', 'must be an object')
  const { type } = value
  if (typeof type !== 'string' || !types.includes(type)) {
    return context.failAt('type', 'enum', `must be ${types.join(', ')}`)
  }
  const fields = kind === 'param' && type === 'array' ? parts['param-array'] : schemas[type]
  return checkFields(fields!, value, context) && checkTogether(value, context)
}

/** What fields say together. */
function checkTogether(schema: { [field: string]: unknown }, context: ValidationContext): boolean {
  if (schema['const'] !== undefined && schema['default'] !== undefined) {
    return context.failAt('default', 'document', 'cannot stand beside const')
  }
  if (schema['type'] === 'union' && schema['closed'] === true && (schema['refs'] as unknown[]).length === 0) {
    return context.failAt('refs', 'document', 'must not be empty in a closed union')
  }
  return true
}

function every<T extends string | number>(
  members: Iterable<T>,
  context: ValidationContext,
  isFine: (member: T) => boolean,
): boolean {
  let ok = true
  for (const member of members) {
    const found = context.issueCount
    if (!isFine(member)) ok = context.prefix(member, found)
  }
  return ok
}

const scalars: { readonly [kind: string]: Check } = {
  boolean: (value, context) => typeof value === 'boolean' || context.fail('type', 'must be a boolean'),
  integer: (value, context) => Number.isSafeInteger(value) || context.fail('type', 'must be an integer'),
  count: (value, context) =>
    (Number.isSafeInteger(value) && Number(value) >= 0) || context.fail('type', 'must be an integer, 0 or more'),
  version: (value, context) => value === 1 || context.fail('const', 'must be 1'),
  text: (value, context) => checkText(value, context, () => true, 'a string'),
  nsid: (value, context) => checkText(value, context, isNsid, 'an NSID'),
  format: (value, context) => checkText(value, context, isFormatName, 'a string format'),
  reference: (value, context) => checkText(value, context, isReference, 'a reference: an NSID, #name, or both'),
  'mime-type': (value, context) => checkText(value, context, isMimePattern, 'a MIME type'),
  'mime-pattern': (value, context) =>
    checkText(value, context, isMimePattern, 'a MIME type, or a pattern such as image/*'),
  'error-name': (value, context) => checkText(value, context, (text) => /^\S+$/.test(text), 'a name without spaces'),
  'record-key-kind': (value, context) => checkText(value, context, isRecordKeyKind, 'tid, nsid, any or literal:value'),
}

function checkText(value: unknown, context: ValidationContext, is: (text: string) => boolean, name: string): boolean {
  return (typeof value === 'string' && is(value)) || context.fail('format', `must be ${name}`)
}

function isMimePattern(text: string): boolean {
  return /^(\*\/\*|[^\s*/]+\/(\*|[^*/]+))$/.test(text)
}

/** Whether nothing is nested deeper than `levels`. Looks no further than that. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1))
}
