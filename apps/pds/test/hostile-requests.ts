import type { FieldSchema, LexiconDoc, ParamsSchema, StringFormat } from '@atoll/lexicon'
import fc from 'fast-check'

/** What requests may name that is really there, and tokens of every kind. */
export interface Context {
  /** Values that fit, by the format of a string. */
  readonly known: { readonly [format in StringFormat]?: readonly string[] }
  /** Lines of an authorization header. */
  readonly tokens: readonly string[]
}

/** One request, as it goes over the wire. */
export interface HostileRequest {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

/**
 * Requests to one method that are wrong in one way or several, and now and then right; made from
 * what its lexicon says.
 */
export function hostileRequests(document: LexiconDoc, context: Context): fc.Arbitrary<HostileRequest> {
  const main = document.defs['main']
  if (main?.type !== 'query' && main?.type !== 'procedure') throw new Error(`${document.id} is no method`)
  const schemas = new Schemas(document, context)
  const usual = main.type === 'query' ? 'GET' : 'POST'
  const input = main.type === 'procedure' ? main.input : undefined
  return fc
    .record({
      method: mostly(fc.constant(usual), fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS')),
      query: query(main.parameters?.properties, schemas),
      encoding: mostly(fc.constant(input?.encoding === '*/*' ? 'image/png' : input?.encoding), encodings),
      authorization: mostly(fc.constantFrom(...context.tokens), authorizations),
      more: mostly(fc.constant({}), otherHeaders),
      body: input?.schema ? bodies(schemas.value(input.schema)) : input ? rawBodies : mostly(noBody, rawBodies),
    })
    .map(({ method, query, encoding, authorization, more, body }) => ({
      path: `/xrpc/${document.id}${query}`,
      method,
      headers: {
        ...(encoding === undefined ? {} : { 'content-type': encoding }),
        ...(authorization === undefined ? {} : { authorization }),
        ...more,
      },
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
    }))
}

const cidV0 = 'QmRQ353oFNqt8zfZ9XgRnB3aFuQ7HcJEPaTjVxJZ8sGqSP'
const nonsense: readonly string[] = [
  ...['', ' ', '\0', 'a\0b', '.', '..', '../../etc/passwd', 'a/b', '%', '%00', '\u202e', '\ufeff', 'ä', '💥'],
  ...['-1', '0', '1', '101', '1e9', 'NaN', 'null', 'true', '9007199254740993', '99999999999999999999', '1.5'],
  ...['__proto__', 'constructor', 'toString', "' or 1=1 --", cidV0, 'did:', 'did:plc:', 'did:web:localhost', 'at://'],
  ...[
    '2026-02-30T25:61:61Z',
    '3jzfcijpj2z2a',
    'zzzzzzzzzzzzz',
    'self',
    'x'.repeat(600),
    'a.'.repeat(150),
    'x'.repeat(9000),
  ],
]
const encodings = fc.constantFrom(
  ...[undefined, '', 'text/plain', 'application/cbor', 'application/json; charset=utf-16', 'APPLICATION/JSON'],
  ...['multipart/form-data', 'application/x-www-form-urlencoded', '*/*', 'garbage', 'x'.repeat(2000)],
)
const authorizations = fc.constantFrom(
  ...[
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(9000)}`,
    'DPoP x',
    'Digest x',
  ],
  ...[
    'Basic',
    'Basic !!!',
    `Basic ${btoa('admin:wrong')}`,
    `Basic ${btoa('root')}`,
    'Bearer null',
    'Bearer e30.e30.e30',
  ],
)
const otherHeaders = fc.constantFrom<Record<string, string>>(
  ...[{ 'content-encoding': 'gzip' }, { 'content-encoding': 'unheard-of' }, { 'content-length': '-5' }],
  ...[{ 'accept-encoding': ';q=1' }, { 'accept-encoding': 'gzip;q=2' }, { 'atproto-proxy': 'nobody' }, { accept: '' }],
  ...[{ range: 'bytes=5-1' }, { 'x-forwarded-for': "'" }, { origin: 'null' }, { upgrade: 'websocket' }],
)
const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels)

/** Values that no JSON reader makes, as the text they are written in. */
const oddJson: readonly string[] = [
  ...[
    '',
    '{',
    '[',
    '"',
    '{}',
    '[]',
    'null',
    'true',
    '1',
    '"text"',
    'nul',
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{}',
    'NaN',
    '\ufeff{}',
  ],
  ...[deep('[', ']', 70), deep('{"a":', '}', 70), deep('[', ']', 20_000), '['.repeat(60_000), '{"a":'.repeat(20_000)],
  ...['{"__proto__":{"a":1}}', '{"repo":1,"repo":2}', '{"a":"\\ud800"}', '{"a":1e400}', '{"a":-0}', '{"\\u0000":0}'],
]
/** As deep as what is refused where JSON is read, and a little less. */
const deepValues = fc
  .tuple(fc.integer({ min: 20, max: 70 }), fc.boolean())
  .map(([levels, isList]) => Array.from({ length: levels }).reduce((inner) => (isList ? [inner] : { inner }), 0))
const oddValues = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  deepValues,
  fc.constantFrom<unknown>(
    ...[1.5, 2 ** 53, -(2 ** 60), 1e300, { $link: 'x' }, { $link: cidV0 }, { $bytes: '*' }, { $bytes: 1 }, [[[[]]]]],
    ...[{ $type: 'blob' }, { $type: 'blob', ref: 1, size: -1 }, { $type: 1 }, { $type: '' }, { '': '' }, '\ud800'],
    ...[
      { cid: cidV0, mimeType: 'image/png' },
      { toJSON: 1, constructor: 1 },
    ],
  ),
)
const noBody = fc.constant<Uint8Array | undefined>(undefined)
const rawBodies = mostly(fc.uint8Array({ maxLength: 2000 }), noBody)

function query(params: ParamsSchema['properties'], schemas: Schemas): fc.Arbitrary<string> {
  const entries = Object.entries(params ?? {}).map(([name, schema]) => {
    const one = schema.type === 'array' ? schemas.text(schema.items) : schemas.text(schema)
    // Mostly once, sometimes not at all or several times.
    return mostly(fc.array(one, { minLength: 1, maxLength: 1 }), fc.array(one, { maxLength: 3 })).map((values) =>
      values.map((value) => `${name}=${value}`),
    )
  })
  const stray = mostly(
    fc.constant<string[]>([]),
    fc.constantFrom(['%'], ['=&&='], ['unheard=of'], ['%E0%A4%A=1'], ['did[]=x']),
  )
  return fc.tuple(...entries, stray).map((groups) => {
    const pairs = groups.flat()
    return pairs.length > 0 ? `?${pairs.join('&')}` : ''
  })
}

/** Bodies in JSON: well-formed ones of every content, and broken ones. */
function bodies(values: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array | undefined> {
  const whole = values.map((value) => JSON.stringify(value) ?? '')
  const broken = fc.oneof(
    fc.constantFrom(...oddJson),
    fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
    whole.map((text) => text + text),
    fc
      .tuple(whole, fc.constantFrom(160_000, 1_000_000))
      .map(([text, length]) => text.replace('}', `,"pad":"${'x'.repeat(length)}"}`)),
  )
  const invalidUtf8 = fc.tuple(whole, fc.nat(), fc.constantFrom(0xff, 0xc0, 0xed, 0x80)).map(([text, at, byte]) => {
    const bytes = Buffer.from(text)
    bytes[at % Math.max(bytes.length, 1)] = byte
    return new Uint8Array(bytes)
  })
  return mostly(
    whole.map((text) => new Uint8Array(Buffer.from(text))),
    fc.oneof(
      broken.map((text) => new Uint8Array(Buffer.from(text))),
      invalidUtf8,
      noBody,
    ),
  )
}

/** Values that fit a schema or nearly do. */
class Schemas {
  readonly #document: LexiconDoc
  readonly #known: Context['known']

  constructor(document: LexiconDoc, { known }: Context) {
    this.#document = document
    this.#known = known
  }

  value(schema: FieldSchema): fc.Arbitrary<unknown> {
    return mostly(this.#fitting(schema), oddValues, 15)
  }

  /** A value as a query string has it. */
  text(schema: FieldSchema): fc.Arbitrary<string> {
    const odd = fc.oneof(
      fc.constantFrom(...nonsense.map(encodeURIComponent), '%', '%E0%A4%A', '%ED%A0%80', '%FF', '+'),
      fc.string({ unit: 'binary', maxLength: 50 }).map(encodeWhatCanBe),
    )
    return mostly(
      this.#fitting(schema).map((value) => encodeWhatCanBe(String(value))),
      odd,
    )
  }

  #fitting(schema: FieldSchema): fc.Arbitrary<unknown> {
    switch (schema.type) {
      case 'boolean':
        return fc.boolean()
      case 'integer':
        return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000 })
      case 'string':
        return fc.constantFrom(...(this.#known[schema.format ?? 'uri'] ?? nonsense), ...(schema.knownValues ?? []))
      case 'array':
        return fc.array(this.value(schema.items), { maxLength: 4 })
      case 'object':
        return this.#object(schema)
      case 'ref':
        return this.#referred(schema.ref)
      case 'union':
        return fc.oneof(...schema.refs.map((ref) => this.#referred(ref)))
      case 'unknown':
        return mostly(this.#record(), fc.dictionary(fc.string({ maxLength: 8 }), oddValues, { maxKeys: 3 }), 2)
      default:
        return oddValues
    }
  }

  #object({ properties = {}, required = [] }: Extract<FieldSchema, { type: 'object' }>): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties).map(([name, schema]) => [name, this.value(schema)] as const)
    const model = Object.fromEntries(fields)
    const bare = fc.record(Object.fromEntries(fields.filter(([name]) => required.includes(name))))
    const full = fc.record(model, { requiredKeys: [...required] })
    return mostly(fc.oneof(bare, full), fc.record(model, { requiredKeys: [] }), 9)
  }

  /** A record, or what looks like one. */
  #record(): fc.Arbitrary<unknown> {
    const strings = Object.values(this.#known).flat()
    const some = mostly(fc.constantFrom<unknown>(...strings), oddValues)
    const subject = fc.oneof(some, fc.record({ uri: some, cid: some }, { requiredKeys: [] }))
    return fc.record(
      { $type: fc.constantFrom(...(this.#known.nsid ?? [])), text: some, subject, createdAt: some, blob: some },
      { requiredKeys: [] },
    )
  }

  /** What a reference leads to in this document, with its `$type`. */
  #referred(ref: string): fc.Arbitrary<unknown> {
    const [home, name = 'main'] = ref.split('#')
    const definition = home === '' ? this.#document.defs[name] : undefined
    if (definition?.type !== 'object') return oddValues
    const $type = `${this.#document.id}#${name}`
    return this.#object(definition).map((value) => ({ $type, ...(value as object) }))
  }
}

/** One of five is odd, unless said otherwise. */
function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 4): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 })
}

/** Percent-encoded; half surrogates, which cannot be, are left out. */
function encodeWhatCanBe(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
