// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { document, procedure } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import { createRouter, type Handler, route } from '@atoll/xrpc-server'

const schema = { type: 'object', required: ['metres'], properties: { metres: { type: 'integer' } } }
const body = { encoding: 'application/json', schema }
const dive = procedure<object, { metres: number }, { metres: number }, 'TooDeep'>(
  document(
    'com.example.reef.dive',
    JSON.stringify({ main: { type: 'procedure', input: body, output: body, errors: [{ name: 'TooDeep' }] } }),
  ),
)

const answer: Handler<typeof dive> = ({ input }) => {
  if (input.metres > 40) throw new XrpcError('TooDeep', 'no further than 40')
  return { metres: input.metres + 1 }
}

export async function scenario() {
  const router = createRouter([route(dive, () => undefined, answer)])
  const post = async (text: string, path = '/xrpc/com.example.reef.dive') => {
    const init = { method: 'POST', body: text, headers: { 'content-type': 'application/json' } }
    const response = await router.fetch(new Request(`http://reef.example${path}`, init))
    return [response.status, await response.json()]
  }
  return [
    await post('{"metres":12}'),
    await post('{"metres":41}'),
    await post('{"metres":"deep"}'),
    await post('{}', '/xrpc/com.example.reef.fly'),
  ]
}

export const expected = [
  [200, { metres: 13 }],
  [400, { error: 'TooDeep', message: 'no further than 40' }],
  [400, { error: 'InvalidRequest', message: 'Invalid input: /metres must be an integer' }],
  [501, { error: 'MethodNotImplemented', message: 'com.example.reef.fly is not served here' }],
]
