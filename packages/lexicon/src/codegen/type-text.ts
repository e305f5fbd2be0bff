import type { FieldSchema, ObjectSchema, ParamsSchema, StringFormat, StringSchema } from '../document/document.ts'
import { type Reference, splitReference, typeName } from '../document/references.ts'
import type { Imports } from './imports.ts'
import { typeNameOf } from './names.ts'
import { comment, indent, propertyName, quote } from './writing.ts'

/**
 * Where a type is written: the module's imports, and the document that its references start from.
 */
export interface Place {
  readonly home: string
  readonly imports: Imports
}

const formatTypes: { readonly [format in StringFormat]: string } = {
  'at-identifier': 'AtIdentifier',
  'at-uri': 'AtUri',
  cid: 'CidString',
  datetime: 'Datetime',
  did: 'Did',
  handle: 'Handle',
  language: 'Language',
  nsid: 'Nsid',
  'record-key': 'RecordKey',
  tid: 'Tid',
  uri: 'Uri',
}

/** The TypeScript type of the values that a schema describes. */
export function typeText(schema: FieldSchema, place: Place): string {
  switch (schema.type) {
    case 'boolean':
      return schema.const === undefined ? 'boolean' : String(schema.const)
    case 'integer':
      return schema.const === undefined ? enumText(schema.enum?.map(String), 'number') : String(schema.const)
    case 'string':
      return stringText(schema, place)
    case 'bytes':
      return 'Uint8Array'
    case 'cid-link':
      return place.imports.type('@atoll/data-model', 'Cid')
    case 'blob':
      return place.imports.type('@atoll/data-model', 'BlobRef')
    case 'array':
      return arrayText(typeText(schema.items, place))
    case 'object':
      return objectText(schema, place)
    case 'ref':
      return referenceText(splitReference(schema.ref, place.home), place)
    case 'union':
      return refUnionText(schema.refs, schema.closed ?? false, place)
    case 'unknown':
      return place.imports.type('@atoll/data-model', 'ValueMap')
  }
}

/** The type of an object; `first` is put before its properties. */
export function objectText(
  { properties = {}, required = [], nullable = [] }: ObjectSchema,
  place: Place,
  first = '',
): string {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const type = typeText(schema, place) + (nullable.includes(name) ? ' | null' : '')
    return propertyText(name, type, required.includes(name), schema.description)
  })
  return block(first === '' ? lines : [first, ...lines])
}

/** The type of parameters as a handler gets them: whatever has a default is there. */
export function paramsText({ properties = {}, required = [] }: ParamsSchema, place: Place): string {
  return block(
    Object.entries(properties).map(([name, schema]) => {
      const isThere = required.includes(name) || 'default' in schema
      return propertyText(name, typeText(schema, place), isThere, schema.description)
    }),
  )
}

function propertyText(name: string, type: string, isThere: boolean, description: string | undefined): string {
  return `${comment(description)}${propertyName(name)}${isThere ? '' : '?'}:${spaced(type)}`
}

function block(lines: readonly string[]): string {
  return lines.length === 0 ? '{}' : `{\n${indent(lines.join('\n'))}\n}`
}

function stringText(schema: StringSchema, { imports }: Place): string {
  if (schema.const !== undefined) return quote(schema.const)
  if (schema.enum !== undefined) return enumText(schema.enum.map(quote), 'string')
  if (schema.format !== undefined) return imports.type('@atoll/syntax', formatTypes[schema.format])
  if (schema.knownValues === undefined) return 'string'
  return unionText([...schema.knownValues.map(quote), '(string & {})'])
}

function enumText(values: readonly string[] | undefined, otherwise: string): string {
  return values === undefined ? otherwise : unionText(values)
}

function arrayText(items: string): string {
  if (items.startsWith('\n')) return `(${items}\n)[]`
  return items.includes(' | ') && !items.startsWith('{') ? `(${items})[]` : `${items}[]`
}

function refUnionText(refs: readonly string[], closed: boolean, place: Place): string {
  const variants = refs.map((ref) => {
    const reference = splitReference(ref, place.home)
    const variant = place.imports.type('@atoll/lexicon', 'Variant')
    return `${variant}<${referenceText(reference, place)}, ${quote(typeName(reference))}>`
  })
  return unionText(closed ? variants : [...variants, place.imports.type('@atoll/lexicon', 'UnknownVariant')])
}

function referenceText(reference: Reference, { imports }: Place): string {
  const name = typeNameOf(reference)
  const module = imports.moduleOf(reference.nsid)
  return module === undefined ? name : `${module}.${name}`
}

/** A type after a colon or an equals sign: one that starts on a line of its own needs no space. */
export function spaced(type: string): string {
  return type.startsWith('\n') ? type : ` ${type}`
}

/**
 * A union on one line when it is short, else a line for each of its members; without any, `never`.
 */
export function unionText(members: readonly string[]): string {
  if (members.length === 0) return 'never'
  const line = members.join(' | ')
  return line.length <= 80 ? line : members.map((member) => `\n${indent(`| ${member}`)}`).join('')
}
