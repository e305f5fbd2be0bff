// Your own XRPC method: its lexicon, its handler, and a function from Request to Response that any
// host can serve.
//   npm run example -- serve-method
import { document, query } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import { createRouter, type Handler, route } from '@atoll/xrpc-server'
import { serveNode } from '@atoll/xrpc-server/node'

const number = { type: 'integer' }

/**
 * The method, for servers and clients. `npm run generate` makes such descriptions and their types
 * from lexicon files.
 */
export const getTide = query<{ reef: string }, { metres: number; rising: boolean }, 'NoSuchReef'>(
  document(
    'com.example.reef.getTide',
    JSON.stringify({
      main: {
        type: 'query',
        parameters: { type: 'params', required: ['reef'], properties: { reef: { type: 'string', maxLength: 64 } } },
        output: {
          encoding: 'application/json',
          schema: {
            type: 'object',
            required: ['metres', 'rising'],
            properties: { metres: number, rising: { type: 'boolean' } },
          },
        },
        errors: [{ name: 'NoSuchReef' }],
      },
    }),
  ),
)

const tides = new Map([['north', { metres: 2, rising: true }]])

/** The tide of a reef. Refuses with `NoSuchReef`. */
export function tideOf(reef: string): { metres: number; rising: boolean } {
  const tide = tides.get(reef)
  if (!tide) throw new XrpcError('NoSuchReef', `nobody has seen ${reef}`)
  return tide
}

const answer: Handler<typeof getTide> = ({ params }) => tideOf(params.reef)

const anyone = () => undefined
export const router = createRouter([route(getTide, anyone, answer)])

if (import.meta.main) {
  // Deno, Bun and Workers can serve `router.fetch` directly.
  const { url } = await serveNode(router, { port: 8080 })
  console.log(`${url}/xrpc/${getTide.nsid}?reef=north`)
}
