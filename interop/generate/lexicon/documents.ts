// Documents of the schema language. https://atproto.com/specs/lexicon
import { catalog } from './catalog.ts'

type Json = Record<string, unknown>

export interface DocumentCase {
  readonly name: string
  readonly lexicon: unknown
}

/** A document that can be read, and has an error or a likely mistake. */
export interface DoubtfulCase extends DocumentCase {
  /** Where, as a JSON pointer. */
  readonly path: string
}

const id = 'com.example.thing'

function withDefs(name: string, defs: unknown): DocumentCase {
  return { name, lexicon: { lexicon: 1, id, defs } }
}

function definition(name: string, schema: unknown): DocumentCase {
  return withDefs(name, { thing: schema })
}

function main(name: string, schema: unknown): DocumentCase {
  return withDefs(name, { main: schema })
}

/** A property of an object. */
function field(name: string, schema: unknown): DocumentCase {
  return definition(name, { type: 'object', properties: { it: schema } })
}

function parameter(name: string, schema: unknown): DocumentCase {
  return main(name, { type: 'query', parameters: { type: 'params', properties: { it: schema } } })
}

function permissions(name: string, ...list: unknown[]): DocumentCase {
  return main(name, { type: 'permission-set', title: 'All of it', permissions: list })
}

const object = { type: 'object', properties: {} }
const json = 'application/json'
const whole = { lexicon: 1, id, defs: { thing: { type: 'token' } } }

function without(document: Json, name: string): Json {
  const { [name]: _, ...others } = document
  return others
}

export function validDocuments(): DocumentCase[] {
  return [
    ...Object.entries(catalog).map(([name, lexicon]) => ({ name: `the catalog's ${name}`, lexicon })),
    { name: 'as little as possible', lexicon: whole },
    { name: 'a description', lexicon: { ...whole, description: 'A thing.' } },
    { name: 'an empty description', lexicon: { ...whole, description: '' } },
    {
      name: 'fields of a record that holds it',
      lexicon: { ...whole, $type: 'com.atproto.lexicon.schema', revision: 3 },
    },
    {
      name: 'an id of many parts, with hyphens and digits',
      lexicon: { ...whole, id: 'com.ex-ample.a1.b2.c3.getThing4' },
    },
    ...['boolean', 'integer', 'string', 'bytes', 'cid-link', 'blob', 'token'].map((type) =>
      definition(`a definition of type ${type}`, { type }),
    ),
    definition('a definition that is an array', { type: 'array', items: { type: 'integer' } }),
    definition('a definition that is an object', object),
    main('main that is not a primary type', { type: 'string', maxLength: 3 }),
    main('main that is a token', { type: 'token', description: 'A mark.' }),
    withDefs('a primary definition beside others', {
      main: { type: 'query' },
      thing: object,
      other: { type: 'token' },
    }),
    ...['tid', 'nsid', 'any', 'literal:self', 'literal:a~b.c:d-e_f'].map((key) =>
      main(`a record whose key is ${key}`, { type: 'record', key, record: object }),
    ),
    main('a query of nothing', { type: 'query' }),
    main('a procedure of nothing', { type: 'procedure' }),
    main('a body without schema', { type: 'query', output: { encoding: 'image/png' } }),
    main('a body of any type', { type: 'procedure', input: { encoding: '*/*' } }),
    main('a body of a family of types', { type: 'procedure', input: { encoding: 'image/*' } }),
    main('a body of a type with parameters', { type: 'query', output: { encoding: 'text/plain; charset=utf-8' } }),
    main('bodies with a reference and a union', {
      type: 'procedure',
      input: { encoding: json, schema: { type: 'ref', ref: '#thing' } },
      output: { encoding: json, schema: { type: 'union', refs: ['#thing'] } },
    }),
    main('errors, with and without description', {
      type: 'query',
      errors: [{ name: 'NotFound' }, { name: 'Gone', description: 'It was here once.' }],
    }),
    main('no errors', { type: 'query', errors: [] }),
    main('a subscription of one message', {
      type: 'subscription',
      message: { schema: { type: 'union', refs: ['#thing'] } },
    }),
    parameter('a boolean as parameter', { type: 'boolean', default: false }),
    parameter('a list as parameter', { type: 'array', items: { type: 'string', format: 'did' }, maxLength: 5 }),
    field('a boolean that is always false', { type: 'boolean', const: false }),
    field('an integer with limits', { type: 'integer', minimum: -1, maximum: 1 }),
    field('an integer that can only be 0', { type: 'integer', minimum: 0, maximum: 0 }),
    field('the largest integers', { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }),
    field('an integer out of a list', { type: 'integer', enum: [-1, 0, 1], default: 0 }),
    field('an integer that is always the same', { type: 'integer', const: 7 }),
    field('a text with limits in bytes and graphemes', {
      type: 'string',
      minLength: 1,
      maxLength: 300,
      minGraphemes: 1,
      maxGraphemes: 100,
    }),
    field('a text of no length', { type: 'string', maxLength: 0 }),
    field('a text out of a list', { type: 'string', enum: ['a', 'b'], default: 'a' }),
    field('a text with known values', { type: 'string', knownValues: ['a', 'com.example.defs#token'] }),
    field('bytes with limits', { type: 'bytes', minLength: 32, maxLength: 32 }),
    field('a blob of some types', { type: 'blob', accept: ['image/*', 'application/pdf'], maxSize: 1_000_000 }),
    field('a blob of any type', { type: 'blob', accept: ['*/*'] }),
    field('a blob of a type with punctuation', { type: 'blob', accept: ['application/vnd.ipld.car', 'image/svg+xml'] }),
    field('an array of arrays', { type: 'array', items: { type: 'array', items: { type: 'cid-link' } } }),
    field('an array of anything', { type: 'array', items: { type: 'unknown' }, minLength: 0, maxLength: 9 }),
    field('an object within an object', { type: 'object', properties: { inner: object } }),
    definition('required and nullable properties', {
      type: 'object',
      required: ['a', 'b'],
      nullable: ['b'],
      properties: { a: { type: 'boolean' }, b: { type: 'boolean' } },
    }),
    definition('properties of odd names', {
      type: 'object',
      properties: Object.fromEntries(
        ['', ' ', 'a/b', 'a~b', 'é', '$type', 'constructor', 'toString', '0'].map((name) => [
          name,
          { type: 'integer' },
        ]),
      ),
    }),
    field('a reference within the document', { type: 'ref', ref: '#other' }),
    field('a reference to a main definition', { type: 'ref', ref: 'com.example.other' }),
    field('a reference to a definition elsewhere', { type: 'ref', ref: 'com.example.other#part' }),
    definition('a reference to itself', { type: 'object', properties: { more: { type: 'ref', ref: '#thing' } } }),
    field('an open union', { type: 'union', refs: ['#a', 'com.example.other', 'com.example.other#part'] }),
    field('a closed union', { type: 'union', refs: ['#a'], closed: true }),
    field('a union that says it is open', { type: 'union', refs: ['#a'], closed: false }),
    field('an open union of nothing', { type: 'union', refs: [] }),
    field('unknown', { type: 'unknown' }),
    permissions('no permissions'),
    permissions('a permission to write', { type: 'permission', resource: 'repo', collection: ['com.example.note'] }),
    permissions('a permission to do some of it', {
      type: 'permission',
      resource: 'repo',
      collection: ['com.example.note'],
      action: ['create'],
    }),
    permissions('a permission to call', { type: 'permission', resource: 'rpc', lxm: ['com.example.get'], aud: '*' }),
    permissions('a permission to call the service that is asked for', {
      type: 'permission',
      resource: 'rpc',
      lxm: ['com.example.get'],
      inheritAud: true,
    }),
    permissions('a resource that is yet to come, to be ignored', {
      type: 'permission',
      resource: 'calendar',
      days: ['monday'],
    }),
  ]
}

export function invalidDocuments(): DocumentCase[] {
  return [
    ...[null, [], 'text', 1, true].map((lexicon) => ({ name: `${JSON.stringify(lexicon)} for a document`, lexicon })),
    ...['lexicon', 'id', 'defs'].map((name) => ({ name: `no ${name}`, lexicon: without(whole, name) })),
    ...[2, 0, '1', 1.5, null].map((lexicon) => ({
      name: `version ${JSON.stringify(lexicon)}`,
      lexicon: { ...whole, lexicon },
    })),
    ...[
      1,
      '',
      'thing',
      'com.example',
      'com.example.thing#part',
      'com.example.',
      'com..thing',
      'com.example.1thing',
      'com.example.th-ing',
      '1.example.thing',
      'com.example.thíng',
      null,
    ].map((other) => ({
      name: `the id ${JSON.stringify(other)}`,
      lexicon: { ...whole, id: other },
    })),
    { name: 'a description that is not text', lexicon: { ...whole, description: 1 } },
    withDefs('no definitions', {}),
    withDefs('definitions that are a list', []),
    withDefs('definitions that are null', null),
    definition('a definition that is null', null),
    definition('a definition that is text', 'string'),
    definition('a definition without type', { description: 'Something.' }),
    definition('a type that is not text', { type: 1 }),
    ...['float', 'number', 'null', 'String', 'any', 'params', 'permission', 'ref', 'union', 'unknown', ''].map((type) =>
      definition(`a definition of type ${JSON.stringify(type)}`, {
        type,
        ref: '#other',
        refs: ['#other'],
        resource: 'repo',
      }),
    ),
    ...['query', 'procedure', 'record', 'permission-set'].map((type) =>
      definition(`a ${type} that is not main`, { type, key: 'any', record: object, permissions: [] }),
    ),
    definition('a subscription that is not main', {
      type: 'subscription',
      message: { schema: { type: 'union', refs: [] } },
    }),
    definition('a description of a definition that is not text', { type: 'token', description: ['a mark'] }),

    main('a record without key', { type: 'record', record: object }),
    main('a record without schema', { type: 'record', key: 'any' }),
    main('a record that is not an object', { type: 'record', key: 'any', record: { type: 'string' } }),
    main('a record whose schema has no type', { type: 'record', key: 'any', record: { properties: {} } }),
    main('a record that is a reference', { type: 'record', key: 'any', record: { type: 'ref', ref: '#thing' } }),
    ...['', 'uuid', 'TID', 'literal', 'literal:', 'literal:a b', 'literal:..', 'self'].map((key) =>
      main(`the record key ${JSON.stringify(key)}`, { type: 'record', key, record: object }),
    ),
    main('parameters that are an object', { type: 'query', parameters: object }),
    main('parameters without type', { type: 'query', parameters: { properties: {} } }),
    main('an output without encoding', { type: 'query', output: { schema: object } }),
    main('an input without encoding', { type: 'procedure', input: {} }),
    main('an encoding that is not text', { type: 'query', output: { encoding: 1 } }),
    main('an encoding that is not a media type', { type: 'query', output: { encoding: 'json' } }),
    main('a body that is an array', {
      type: 'query',
      output: { encoding: json, schema: { type: 'array', items: { type: 'string' } } },
    }),
    main('a body that is text', { type: 'query', output: { encoding: json, schema: { type: 'string' } } }),
    main('a body that is unknown', { type: 'query', output: { encoding: json, schema: { type: 'unknown' } } }),
    main('errors that are names', { type: 'query', errors: ['NotFound'] }),
    main('an error without name', { type: 'query', errors: [{ description: 'It went wrong.' }] }),
    main('an error of two words', { type: 'query', errors: [{ name: 'Not Found' }] }),
    main('an error of no letters', { type: 'query', errors: [{ name: '' }] }),
    main('a subscription without message', { type: 'subscription' }),
    main('a message without schema', { type: 'subscription', message: {} }),
    main('messages that are an object', { type: 'subscription', message: { schema: object } }),
    main('messages that are a reference', {
      type: 'subscription',
      message: { schema: { type: 'ref', ref: '#thing' } },
    }),
    ...[
      object,
      { type: 'bytes' },
      { type: 'cid-link' },
      { type: 'blob' },
      { type: 'unknown' },
      { type: 'ref', ref: '#thing' },
    ].map((schema) => parameter(`a parameter of type ${schema.type}`, schema)),
    parameter('a list of lists as parameter', { type: 'array', items: { type: 'array', items: { type: 'string' } } }),
    parameter('a list of objects as parameter', { type: 'array', items: object }),

    field('a token as property', { type: 'token' }),
    field('a record as property', { type: 'record', key: 'any', record: object }),
    field('a property without type', {}),
    field('a property that is text', 'string'),
    definition('properties that are a list', { type: 'object', properties: [] }),
    definition('required that is one name', { type: 'object', properties: {}, required: 'a' }),
    definition('required names that are not text', { type: 'object', properties: {}, required: [1] }),
    definition('nullable that is true', { type: 'object', properties: {}, nullable: true }),
    field('a default of another type', { type: 'boolean', default: 'true' }),
    field('a constant of another type', { type: 'integer', const: '1' }),
    field('a default beside a constant', { type: 'string', const: 'a', default: 'a' }),
    field('a minimum with a fraction', { type: 'integer', minimum: 0.5 }),
    field('a maximum that is text', { type: 'integer', maximum: '10' }),
    field('an enum of texts for integers', { type: 'integer', enum: ['1'] }),
    field('an enum of integers for texts', { type: 'string', enum: [1] }),
    field('an enum that is one value', { type: 'string', enum: 'a' }),
    field('a format that is not known', { type: 'string', format: 'email' }),
    field('a format that is not text', { type: 'string', format: 1 }),
    field('known values that are not texts', { type: 'string', knownValues: [1] }),
    ...['minLength', 'maxLength', 'minGraphemes', 'maxGraphemes'].flatMap((limit) => [
      field(`a ${limit} below 0`, { type: 'string', [limit]: -1 }),
      field(`a ${limit} with a fraction`, { type: 'string', [limit]: 1.5 }),
    ]),
    field('a length of bytes below 0', { type: 'bytes', maxLength: -1 }),
    field('a size below 0', { type: 'blob', maxSize: -1 }),
    field('a size that is text', { type: 'blob', maxSize: '1MB' }),
    ...['*', 'image', 'text/ht*', 'image/', '/png', '*/png', 'image/* '].map((type) =>
      field(`a blob of type ${JSON.stringify(type)}`, { type: 'blob', accept: [type] }),
    ),
    field('types of a blob that are one text', { type: 'blob', accept: 'image/*' }),
    field('an array without items', { type: 'array' }),
    field('an array of tokens', { type: 'array', items: { type: 'token' } }),
    field('an array of several types', { type: 'array', items: [{ type: 'string' }, { type: 'integer' }] }),
    field('an array of a length below 0', { type: 'array', items: { type: 'string' }, minLength: -1 }),
    field('a reference to no text', { type: 'ref', ref: 1 }),
    field('a reference without target', { type: 'ref' }),
    ...[
      '',
      '#',
      'thing',
      'com.example',
      'com.example.other#',
      'com.example.other#a#b',
      'com.example.other#a b',
      '#a/b',
    ].map((ref) => field(`a reference to ${JSON.stringify(ref)}`, { type: 'ref', ref })),
    field('a union without targets', { type: 'union' }),
    field('a union of one text', { type: 'union', refs: '#a' }),
    field('a union of schemas', { type: 'union', refs: [object] }),
    field('a union with an empty reference', { type: 'union', refs: ['#a', ''] }),
    field('a union that is closed by a text', { type: 'union', refs: ['#a'], closed: 'yes' }),
    field('a closed union of nothing', { type: 'union', refs: [], closed: true }),
    main('a permission set without permissions', { type: 'permission-set', title: 'Nothing' }),
    main('permissions that are a map', { type: 'permission-set', permissions: {} }),
    main('a title that is not text', { type: 'permission-set', title: 1, permissions: [] }),
    main('a translated title that is not text', { type: 'permission-set', 'title:lang': { de: 1 }, permissions: [] }),
    main('translations that are a list', { type: 'permission-set', 'detail:lang': ['de'], permissions: [] }),
    permissions('a permission that is text', 'repo:com.example.note'),
    permissions('a permission without resource', { type: 'permission', collection: ['com.example.note'] }),
    permissions('a permission without type', { resource: 'repo', collection: ['com.example.note'] }),
    permissions('a permission of another type', { type: 'scope', resource: 'repo', collection: ['com.example.note'] }),
  ]
}

export function doubtfulDocuments(): DoubtfulCase[] {
  const at = (path: string, found: DocumentCase): DoubtfulCase => ({ ...found, path })
  const it = '/defs/thing/properties/it'
  const first = '/defs/main/permissions/0'
  return [
    at(`${it}/maxLenght`, field('a field whose name is misspelt', { type: 'string', maxLenght: 3 })),
    at(`${it}/maxLength`, field('a limit of another type', { type: 'integer', maxLength: 3 })),
    at('/defs/main/input', main('an input of a query', { type: 'query', input: { encoding: json } })),
    at(`${it}/minimum`, field('a minimum over the maximum', { type: 'integer', minimum: 2, maximum: 1 })),
    at(`${it}/minLength`, field('a least length over the largest', { type: 'string', minLength: 2, maxLength: 1 })),
    at(
      `${it}/minGraphemes`,
      field('more graphemes than there may be', { type: 'string', minGraphemes: 2, maxGraphemes: 1 }),
    ),
    at(
      `${it}/minGraphemes`,
      field('more graphemes than fit into the bytes', { type: 'string', minGraphemes: 9, maxLength: 8 }),
    ),
    at(
      `${it}/minLength`,
      field('a shortest array that is too long', {
        type: 'array',
        items: { type: 'string' },
        minLength: 2,
        maxLength: 1,
      }),
    ),
    at(`${it}/default`, field('a default that is too large', { type: 'integer', maximum: 2, default: 3 })),
    at(`${it}/default`, field('a default that is not in the enum', { type: 'string', enum: ['a'], default: 'b' })),
    at(`${it}/const`, field('a constant that is not of its format', { type: 'string', format: 'did', const: 'alice' })),
    at(`${it}/enum/1`, field('a choice that is too small', { type: 'integer', minimum: 2, enum: [2, 1] })),
    at(`${it}/enum`, field('an enum without choices', { type: 'string', enum: [] })),
    at(`${it}/enum`, field('a choice that is there twice', { type: 'string', enum: ['a', 'a'] })),
    at(
      `${it}/knownValues/0`,
      field('a token that does not name its document', { type: 'string', knownValues: ['#red'] }),
    ),
    at('/defs/thing/properties', definition('an object without properties', { type: 'object' })),
    at(
      '/defs/thing/required',
      definition('a required name that is not a property', { type: 'object', properties: {}, required: ['a'] }),
    ),
    at(
      '/defs/thing/nullable',
      definition('a nullable name that is not a property', { type: 'object', properties: {}, nullable: ['a'] }),
    ),
    at(`${it}/ref`, field('a reference to nothing', { type: 'ref', ref: '#other' })),
    at(
      '/defs/thing/properties/it/ref',
      withDefs('a reference to a token', {
        thing: { type: 'object', properties: { it: { type: 'ref', ref: '#mark' } } },
        mark: { type: 'token' },
      }),
    ),
    at(
      '/defs/thing/properties/it/refs/0',
      withDefs('a union of texts', {
        thing: { type: 'object', properties: { it: { type: 'union', refs: ['#name'] } } },
        name: { type: 'string' },
      }),
    ),
    at(
      '/defs/main/errors',
      main('an error that is there twice', { type: 'query', errors: [{ name: 'A' }, { name: 'A' }] }),
    ),
    at(
      '/defs/main/title:lang/?',
      main('a title in no language', { type: 'permission-set', 'title:lang': { '?': 'x' }, permissions: [] }),
    ),
    at(
      `${first}/collection`,
      permissions('a permission for all collections', { type: 'permission', resource: 'repo', collection: ['*'] }),
    ),
    at(
      `${first}/collection`,
      permissions('a permission for no collection', { type: 'permission', resource: 'repo', collection: [] }),
    ),
    at(
      `${first}/collection`,
      permissions('a collection named twice', {
        type: 'permission',
        resource: 'repo',
        collection: ['com.example.a', 'com.example.a'],
      }),
    ),
    at(
      `${first}/action`,
      permissions('a permission to read records', {
        type: 'permission',
        resource: 'repo',
        collection: ['com.example.a'],
        action: ['read'],
      }),
    ),
    at(
      `${first}/lxm`,
      permissions('a permission for all methods', {
        type: 'permission',
        resource: 'rpc',
        lxm: ['*'],
        inheritAud: true,
      }),
    ),
    at(
      `${first}/aud`,
      permissions('a permission to call one service', {
        type: 'permission',
        resource: 'rpc',
        lxm: ['com.example.get'],
        aud: 'did:web:example.com#api',
      }),
    ),
    at(
      `${first}/aud`,
      permissions('a permission to call nobody', { type: 'permission', resource: 'rpc', lxm: ['com.example.get'] }),
    ),
    at(
      `${first}/resource`,
      permissions('a permission for blobs', { type: 'permission', resource: 'blob', accept: ['*/*'] }),
    ),
    at(
      `${first}/days`,
      permissions('a field that is not known', {
        type: 'permission',
        resource: 'repo',
        collection: ['com.example.a'],
        days: ['monday'],
      }),
    ),
  ]
}
