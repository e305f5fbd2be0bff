/** Methods that exist for the tests of this package alone. */
import { document, type NoParams, procedure, query, type RawBody, subscription } from '@atoll/lexicon'

const define = (name: string, main: object, defs: object = {}) =>
  document(`test.atoll.${name}`, JSON.stringify({ main, ...defs }))

const json = (properties: object, required: string[] = []) => ({
  encoding: 'application/json',
  schema: { type: 'object', properties, required },
})

export const find = query<{ name: string; tags?: string[]; limit: number }, { found: number }, 'Lost', 'limit'>(
  define('find', {
    type: 'query',
    parameters: {
      type: 'params',
      required: ['name'],
      properties: {
        name: { type: 'string' },
        tags: { type: 'array', items: { type: 'string' } },
        limit: { type: 'integer', default: 50 },
      },
    },
    output: json({ found: { type: 'integer' } }, ['found']),
    errors: [{ name: 'Lost' }],
  }),
)

export const store = procedure<NoParams, { text: string; bytes?: Uint8Array }, { id: number }>(
  define('store', {
    type: 'procedure',
    input: json({ text: { type: 'string' }, bytes: { type: 'bytes' } }, ['text']),
    output: json({ id: { type: 'integer' } }, ['id']),
  }),
)

export const touch = procedure<NoParams, undefined, undefined>(define('touch', { type: 'procedure' }))

export const upload = procedure<NoParams, RawBody, { size: number }>(
  define('upload', { type: 'procedure', input: { encoding: '*/*' }, output: json({ size: { type: 'integer' } }) }),
)

export const download = query<NoParams, RawBody>(define('download', { type: 'query', output: { encoding: '*/*' } }))

export type CountMessage = { $type: 'test.atoll.count#number'; value: number }

export const count = subscription<{ from: number }, CountMessage, 'FutureCursor', 'from'>(
  define(
    'count',
    {
      type: 'subscription',
      parameters: { type: 'params', properties: { from: { type: 'integer', default: 0 } } },
      message: { schema: { type: 'union', refs: ['#number'] } },
      errors: [{ name: 'FutureCursor' }],
    },
    { number: { type: 'object', required: ['value'], properties: { value: { type: 'integer' } } } },
  ),
)
