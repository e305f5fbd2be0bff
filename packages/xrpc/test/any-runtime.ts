// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { document, query } from '@atoll/lexicon'
import { createClient, decodeFrame, encodeMessageFrame, XrpcError } from '@atoll/xrpc'

const depth = query<{ reef: string }, { metres: number }, 'NoSuchReef'>(
  document(
    'com.example.reef.depth',
    JSON.stringify({
      main: {
        type: 'query',
        parameters: { type: 'params', required: ['reef'], properties: { reef: { type: 'string' } } },
        output: {
          encoding: 'application/json',
          schema: { type: 'object', required: ['metres'], properties: { metres: { type: 'integer' } } },
        },
        errors: [{ name: 'NoSuchReef' }],
      },
    }),
  ),
)

export async function scenario() {
  const fetch = async (url: string) =>
    url.endsWith('?reef=north')
      ? Response.json({ metres: 12 })
      : Response.json({ error: 'NoSuchReef', message: 'never seen' }, { status: 400 })
  const client = createClient({ service: 'https://reef.example', fetch })
  const { data } = await client.call(depth, { params: { reef: 'north' } })
  const refusal = await client.call(depth, { params: { reef: 'lost' } }).catch((error: unknown) => error)
  return {
    data,
    refusal: refusal instanceof XrpcError ? [refusal.status, refusal.error] : 'none',
    frame: decodeFrame(encodeMessageFrame('#tide', { metres: 2 })),
  }
}

export const expected = {
  data: { metres: 12 },
  refusal: [400, 'NoSuchReef'],
  frame: { op: 1, type: '#tide', body: { metres: 2 } },
}
