// The schema language on one page, as data: which fields each kind of schema has, and of which kind
// those are. `!` marks a field that must be there; [kind] is a list, { each: kind } a map.

/** A field's kind: a scalar, a choice of schemas or a part; or a list or a map of one. */
export type FieldKind = string | readonly [string] | { readonly each: string }

export type FieldKinds = { readonly [name: string]: FieldKind }

const object = { properties: { each: 'field' }, required: ['text'], nullable: ['text'] } as const
const body = { 'encoding!': 'mime-type', schema: 'body-schema' } as const

/** The fields of each schema, beyond `type` and `description`. */
export const schemas: { readonly [type: string]: FieldKinds } = {
  boolean: { default: 'boolean', const: 'boolean' },
  integer: { minimum: 'integer', maximum: 'integer', enum: ['integer'], default: 'integer', const: 'integer' },
  string: {
    format: 'format',
    minLength: 'count',
    maxLength: 'count',
    minGraphemes: 'count',
    maxGraphemes: 'count',
    knownValues: ['text'],
    enum: ['text'],
    default: 'text',
    const: 'text',
  },
  bytes: { minLength: 'count', maxLength: 'count' },
  'cid-link': {},
  blob: { accept: ['mime-pattern'], maxSize: 'count' },
  array: { 'items!': 'field', minLength: 'count', maxLength: 'count' },
  object,
  token: {},
  ref: { 'ref!': 'reference' },
  union: { 'refs!': ['reference'], closed: 'boolean' },
  unknown: {},
  record: { 'key!': 'record-key-kind', 'record!': 'object' },
  query: { parameters: 'params', output: 'body', errors: ['error'] },
  procedure: { parameters: 'params', input: 'body', output: 'body', errors: ['error'] },
  subscription: { parameters: 'params', 'message!': 'message', errors: ['error'] },
  'permission-set': {
    title: 'text',
    'title:lang': { each: 'text' },
    detail: 'text',
    'detail:lang': { each: 'text' },
    'permissions!': ['permission'],
  },
  params: { properties: { each: 'param' }, required: ['text'] },
  permission: { 'resource!': 'text' },
}

/** Parts that have fields but are told by their place, not by a `type`. */
export const parts: { readonly [kind: string]: FieldKinds } = {
  document: { 'lexicon!': 'version', 'id!': 'nsid', description: 'text' },
  body,
  message: { 'schema!': 'union' },
  error: { 'name!': 'error-name' },
  'param-array': { 'items!': 'param-item', minLength: 'count', maxLength: 'count' },
}

const scalars = ['boolean', 'integer', 'string']
const concrete = [...scalars, 'bytes', 'cid-link', 'blob', 'array', 'object']
const primary = ['record', 'query', 'procedure', 'subscription', 'permission-set']

/**
 * Which types may stand where. Only `main` may be primary; references, unions and `unknown` have no
 * name of their own.
 */
export const choices: { readonly [kind: string]: readonly string[] } = {
  main: [...primary, ...concrete, 'token'],
  definition: [...concrete, 'token'],
  field: [...concrete, 'ref', 'union', 'unknown'],
  'body-schema': ['object', 'ref', 'union'],
  param: [...scalars, 'array'],
  'param-item': scalars,
  object: ['object'],
  params: ['params'],
  union: ['union'],
  permission: ['permission'],
}
