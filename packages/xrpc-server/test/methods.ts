/** Methods that exist for the tests of this package alone. */
import { document, type NoParams, procedure, query, type RawBody, subscription } from '@atoll/lexicon'

const define = (name: string, main: object, defs: object = {}) =>
  document(`test.atoll.${name}`, JSON.stringify({ main, ...defs }))

const json = (schema: object) => ({ encoding: 'application/json', schema })
const params = (properties: object, required: string[] = []) => ({ type: 'params', properties, required })
const object = (properties: object, required: string[] = []) => ({ type: 'object', properties, required })

export interface GreetParams {
  name: string
  times: number
  tags?: string[]
  loud?: boolean
}

/** A query with a required parameter, a default, and an array. */
export const greet = query<GreetParams, { greeting: string }, 'TooManyTimes', 'times'>(
  define('greet', {
    type: 'query',
    parameters: params(
      {
        name: { type: 'string', maxLength: 20 },
        times: { type: 'integer', minimum: 1, default: 1 },
        tags: { type: 'array', items: { type: 'string' } },
        loud: { type: 'boolean' },
      },
      ['name'],
    ),
    output: json(object({ greeting: { type: 'string' } }, ['greeting'])),
    errors: [{ name: 'TooManyTimes' }],
  }),
)

/** A procedure with JSON both ways. */
export const add = procedure<NoParams, { numbers: number[] }, { sum: number }, 'Overflow'>(
  define('add', {
    type: 'procedure',
    input: json(object({ numbers: { type: 'array', items: { type: 'integer' } } }, ['numbers'])),
    output: json(object({ sum: { type: 'integer' } }, ['sum'])),
    errors: [{ name: 'Overflow' }],
  }),
)

/** A procedure without input and output. */
export const touch = procedure<NoParams, undefined, undefined>(define('touch', { type: 'procedure' }))

/** Raw bytes in, their size and first bytes out. */
export const upload = procedure<NoParams, RawBody, { size: number; encoding: string }>(
  define('upload', {
    type: 'procedure',
    input: { encoding: '*/*' },
    output: json(object({ size: { type: 'integer' }, encoding: { type: 'string' } }, ['size', 'encoding'])),
  }),
)

/** Raw bytes out, as many and as fast as asked for. */
export const download = query<{ bytes: number; encoding?: string; fail?: boolean }, RawBody, never, 'bytes'>(
  define('download', {
    type: 'query',
    parameters: params({
      bytes: { type: 'integer', default: 10 },
      encoding: { type: 'string' },
      fail: { type: 'boolean' },
    }),
    output: { encoding: '*/*' },
  }),
)

export type CountMessage = { $type: 'test.atoll.count#number'; value: number; padding?: Uint8Array }

/** A subscription that counts. */
export const count = subscription<
  { from: number; to?: number; padding?: number },
  CountMessage,
  'FutureCursor',
  'from'
>(
  define(
    'count',
    {
      type: 'subscription',
      parameters: params({
        from: { type: 'integer', default: 0 },
        to: { type: 'integer' },
        padding: { type: 'integer' },
      }),
      message: { schema: { type: 'union', refs: ['#number'] } },
      errors: [{ name: 'FutureCursor' }],
    },
    { number: object({ value: { type: 'integer' }, padding: { type: 'bytes' } }, ['value']) },
  ),
)
