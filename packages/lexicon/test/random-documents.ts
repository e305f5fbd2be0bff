import fc from 'fast-check'
import { choices, type FieldKind, type FieldKinds, parts, schemas } from '../src/parse/language.ts'
import { NSID } from './random-schemas.ts'

// Random documents from the table of the language: mostly right in each part, with strays from
// anywhere.

const scalars: { readonly [kind: string]: fc.Arbitrary<unknown> } = {
  boolean: fc.boolean(),
  integer: fc.integer({ min: -9, max: 9 }),
  count: fc.nat(9),
  text: fc.constantFrom('a', 'b', 'toString', NSID, ''),
  format: fc.constantFrom('did', 'tid', 'datetime', 'uri', 'language'),
  reference: fc.constantFrom('#a', '#b', '#main', NSID, 'com.example.other#c'),
  'mime-type': fc.constantFrom('application/json', '*/*'),
  'mime-pattern': fc.constantFrom('image/*', 'text/plain', '*/*'),
  'error-name': fc.constantFrom('Full', 'Gone'),
  'record-key-kind': fc.constantFrom('tid', 'any', 'literal:self'),
}
const allFields = Object.values({ ...schemas, ...parts }).flatMap((kinds) => Object.keys(kinds))
const strays = fc.dictionary(fc.constantFrom(...allFields.map(plain)), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })

function arbitraryOf(kind: FieldKind, depth: number): fc.Arbitrary<unknown> {
  if (typeof kind !== 'string') {
    if ('each' in kind) {
      return fc.dictionary(fc.constantFrom('a', 'b', 'en', 'toString'), arbitraryOf(kind.each, depth), { maxKeys: 2 })
    }
    return fc.array(arbitraryOf(kind[0], depth), { maxLength: 2 })
  }
  const types = choices[kind]
  if (types !== undefined) {
    const shallow = types.filter((type) => depth > 0 || !['array', 'object', 'union'].includes(type))
    return fc.oneof(...(shallow.length > 0 ? shallow : types).map((type) => schemaOf(type, kind, depth - 1)))
  }
  return kind in parts ? fieldsOf(parts[kind]!, depth) : scalars[kind]!
}

function schemaOf(type: string, kind: string, depth: number): fc.Arbitrary<unknown> {
  const kinds = kind === 'param' && type === 'array' ? parts['param-array']! : schemas[type]!
  return fieldsOf(kinds, depth).map((fields) => ({ ...fields, type }))
}

function fieldsOf(kinds: FieldKinds, depth: number): fc.Arbitrary<object> {
  const required = Object.keys(kinds).filter((name) => name.endsWith('!'))
  const names = depth > 0 ? Object.keys(kinds) : required // nothing optional below the deepest level
  const shape: { [name: string]: fc.Arbitrary<unknown> } = {}
  for (const name of names) shape[plain(name)] = arbitraryOf(kinds[name]!, depth)
  const fields = fc.record(shape, { requiredKeys: required.map(plain) })
  const withStrays = fc.tuple(strays, fields).map(([stray, fields]) => ({ ...stray, ...fields }))
  return fc.oneof({ weight: 5, arbitrary: fields }, { weight: 1, arbitrary: withStrays })
}

function plain(name: string): string {
  return name.replace('!', '')
}

/** A document that can mostly be parsed, and may be odd in any other way. */
export const randomDocument: fc.Arbitrary<unknown> = fc
  .record(
    { main: arbitraryOf('main', 3), a: arbitraryOf('definition', 3), b: arbitraryOf('definition', 2) },
    { requiredKeys: ['a'] },
  )
  .map((defs) => ({ lexicon: 1, id: NSID, defs }))
