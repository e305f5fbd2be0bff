import fc from 'fast-check'

// Random schemas, and values that mostly fit them, for property tests.

export const NSID = 'com.example.thing'
const cid = 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq'
const rawCid = cid.replace('bafyrei', 'bafkrei')

export type Json = { [key: string]: unknown }

const optional = <T>(shape: { [key in keyof T]: fc.Arbitrary<T[key]> }) => fc.record(shape, { requiredKeys: [] })
const limit = fc.nat(6)
const word = fc.oneof(
  fc.constantFrom('a', 'ab', 'é', '語', '😀', '👩‍👩‍👦', ''),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)

const scalarSchema = fc.oneof(
  fc.record({ type: fc.constant('boolean') }),
  optional({
    minimum: fc.integer({ min: -3, max: 3 }),
    maximum: fc.integer({ min: 0, max: 5 }),
    enum: fc.array(limit),
  }).map((limits) => ({ type: 'integer', ...limits })),
  optional({ minLength: limit, maxLength: limit, minGraphemes: limit, maxGraphemes: limit }).map((limits) => ({
    type: 'string',
    ...limits,
  })),
  // The reference takes text of lists for references, and refuses those with two hashes.
  fc
    .array(
      word.filter((text) => !text.includes('#')),
      { minLength: 1 },
    )
    .map((values) => ({ type: 'string', enum: values })),
  word.map((value) => ({ type: 'string', const: value })),
  fc.boolean().map((value) => ({ type: 'boolean', const: value })),
  limit.map((value) => ({ type: 'integer', const: value })),
  optional({ minLength: limit, maxLength: limit }).map((limits) => ({ type: 'bytes', ...limits })),
  fc.constant({ type: 'cid-link' }),
  optional({ maxSize: fc.nat(100), accept: fc.subarray(['image/*', 'video/mp4', '*/*'], { minLength: 1 }) }).map(
    (limits) => ({ type: 'blob', ...limits }),
  ),
  fc.constant({ type: 'unknown' }),
  fc.constantFrom('#a', '#b', `${NSID}#a`).map((ref) => ({ type: 'ref', ref })),
  fc.record({ type: fc.constant('union'), refs: fc.subarray(['#a', '#b'], { minLength: 1 }), closed: fc.boolean() }),
)

const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    scalarSchema as fc.Arbitrary<Json>,
    fc
      .tuple(tie('schema'), optional({ minLength: fc.nat(2), maxLength: fc.nat(3) }))
      .map(([items, limits]) => ({ type: 'array', items, ...limits })),
    fc
      .tuple(
        fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('schema')),
        fc.subarray(['x', 'y', 'z']),
        fc.subarray(['x', 'y', 'z']),
      )
      .map(([properties, required, nullable]) => ({
        type: 'object',
        properties,
        required: required.filter((name) => name in properties),
        nullable,
      })),
  ),
}))

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer({ min: -4, max: 6 }),
    word,
    fc.constantFrom({ $link: cid }, { $bytes: '' }, { $bytes: 'AAAA' }),
    fc.record({
      $type: fc.constant('blob'),
      ref: fc.constant({ $link: rawCid }),
      mimeType: fc.constantFrom('image/png', 'text/plain'),
      size: fc.nat(150),
    }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('json')),
    fc.record({ $type: fc.constantFrom(`${NSID}#a`, `${NSID}#b`, 'com.example.other'), a: fc.oneof(limit, word) }),
  ),
}))

/** A value that mostly fits its schema: random ones seldom get past the first check. */
function fitting(schema: Json): fc.Arbitrary<unknown> {
  const arbitrary = fittingExactly(schema)
  return fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: json })
}

function fittingExactly(schema: Json): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const'])
  switch (schema['type']) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: -4, max: 6 })
    case 'string':
      return 'enum' in schema ? fc.constantFrom(...(schema['enum'] as string[])) : word
    case 'bytes':
      return fc.constantFrom({ $bytes: '' }, { $bytes: 'AAAA' }, { $bytes: 'AAAAAA' })
    case 'cid-link':
      return fc.constant({ $link: cid })
    case 'array':
      return fc.array(fitting(schema['items'] as Json), { maxLength: 3 })
    case 'object': {
      const members = Object.entries(schema['properties'] as { [name: string]: Json })
      return fc.record(Object.fromEntries(members.map(([name, member]) => [name, fitting(member)])), {
        requiredKeys: schema['required'] as string[],
      })
    }
    case 'ref':
      return fc.record({ a: limit })
    default:
      return json
  }
}

/** A schema for the property `it`, and a value that may fit it. */
export const schemaAndValue = schema.chain((schema) => fitting(schema).map((value) => ({ schema, value })))

/** A document whose records have a property `it` of the schema given. */
export function documentFor(schema: Json) {
  return {
    lexicon: 1,
    id: NSID,
    defs: {
      main: { type: 'record', key: 'any', record: { type: 'object', required: ['it'], properties: { it: schema } } },
      a: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
      b: { type: 'object', properties: { b: { type: 'ref', ref: '#b' } } },
    },
  }
}
