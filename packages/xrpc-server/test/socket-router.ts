// What the hosts serve while `socket-checks.ts` looks at them: the same router in every runtime.
import { document, type NoParams, procedure, query, subscription } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import { type Authorize, createRouter, type Router, route, type StreamHandler, stream } from '@atoll/xrpc-server'

const define = (name: string, main: object, defs: object = {}) =>
  document(`test.atoll.${name}`, JSON.stringify({ main, ...defs }))
const json = (properties: object) => ({
  encoding: 'application/json',
  schema: { type: 'object', required: Object.keys(properties), properties },
})
const [text, integer] = [{ type: 'string' }, { type: 'integer' }]

type Events = { to: number; bytes: number; then: 'end' | 'wait' | 'refuse' | 'fail' }
type Event = { $type: 'test.atoll.events#event'; value: number; from: string; padding: Uint8Array }

const events = subscription<Events, Event, 'FutureCursor', keyof Events>(
  define(
    'events',
    {
      type: 'subscription',
      parameters: {
        type: 'params',
        properties: {
          to: { ...integer, default: 3 },
          bytes: { ...integer, default: 0 },
          // biome-ignore lint/suspicious/noThenProperty: the name of a parameter, in a document
          then: { ...text, default: 'end' },
        },
      },
      message: { schema: { type: 'union', refs: ['#event'] } },
      errors: [{ name: 'FutureCursor' }],
    },
    {
      event: {
        type: 'object',
        required: ['value', 'from', 'padding'],
        properties: { value: integer, from: text, padding: { type: 'bytes' } },
      },
    },
  ),
)
/** How far the last subscription has come, how many are open, and what was reported. */
const state = query<NoParams, { made: number; open: number; ended: number; errors: string[]; address: string }>(
  define('state', {
    type: 'query',
    output: json({
      made: integer,
      open: integer,
      ended: integer,
      errors: { type: 'array', items: text },
      address: text,
    }),
  }),
)
const add = procedure<NoParams, { numbers: number[] }, { sum: number }>(
  define('add', {
    type: 'procedure',
    input: json({ numbers: { type: 'array', items: integer } }),
    output: json({ sum: integer }),
  }),
)
const stop = procedure<NoParams, undefined, undefined>(define('stop', { type: 'procedure' }))

/** The bounds that the checks rely on. */
export const bounds = { maxBufferedBytes: 300_000, drainTimeoutMs: 1_000, maxPerAddress: 3 }
export const hostOptions = { host: '127.0.0.1', keepAliveMs: 1_000, closeTimeoutMs: 1_000, drainTimeoutMs: 2_000 }

/** @param close closes the server that serves it */
export function socketRouter(close: () => void = () => {}): Router {
  const seen = { made: 0, open: 0, ended: 0, errors: [] as string[] }
  const anyone: Authorize<undefined> = () => undefined
  const callers: Authorize<undefined> = async ({ headers }) => {
    const authorization = headers.get('authorization')
    if (authorization === 'none') throw new XrpcError('AuthMissing', 'Authentication Required')
    if (authorization === 'slow') await new Promise((resolve) => setTimeout(resolve, 300))
    return undefined
  }
  const follow: StreamHandler<typeof events> = async function* ({ params, ip, signal }) {
    const padding = new Uint8Array(params.bytes)
    seen.made = 0
    seen.open++
    try {
      for (let value = 0; value < params.to && !signal.aborted; value++) {
        seen.made++
        yield { $type: 'test.atoll.events#event', value, from: ip, padding }
      }
      if (params.then === 'wait') await new Promise((resolve) => signal.addEventListener('abort', resolve))
      if (params.then === 'refuse') throw new XrpcError('FutureCursor', 'the cursor is in the future')
      if (params.then === 'fail') throw new Error('a secret')
    } finally {
      seen.open--
      seen.ended++
    }
  }
  return createRouter(
    [
      stream(events, callers, follow),
      route(state, anyone, ({ ip }) => ({ ...seen, address: ip })),
      route(add, anyone, ({ input }) => ({ sum: input.numbers.reduce((sum, each) => sum + each, 0) })),
      route(stop, anyone, () => void setTimeout(close)),
    ],
    { subscriptions: bounds, onError: (error) => seen.errors.push(String(error)) },
  )
}
