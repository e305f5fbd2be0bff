/**
 * The router against bare node:http. Both ends are in this process, so each figure includes the
 * client's work.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { generateKeyPair } from '@atoll/crypto'
import { benchmark } from '@atoll/testkit'
import { add, greet } from '../../test/methods.ts'
import { createRouter, createServiceJwt, route, verifyServiceJwt } from '../index.ts'
import { serveNode } from './node.ts'

const anyone = () => undefined
const router = createRouter([
  route(greet, anyone, ({ params }) => ({ greeting: `hello ${params.name}` })),
  route(add, anyone, ({ input }) => ({ sum: input.numbers.length })),
])
const ours = await serveNode(router, { host: '127.0.0.1' })

const bare = createServer((message, response) => {
  const answer = (value: object) => {
    const body = JSON.stringify(value)
    const length = Buffer.byteLength(body)
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': length })
    response.end(body)
  }
  if (message.method === 'GET') return answer({ greeting: 'hello bob' })
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => answer({ sum: JSON.parse(Buffer.concat(chunks).toString()).numbers.length }))
}).listen(0, '127.0.0.1')
await once(bare, 'listening')

const body = '{"numbers":[1,2,3,4,5]}'
const common = 'host: localhost\r\naccept-encoding: gzip, deflate\r\n'
const get = `GET /xrpc/test.atoll.greet?name=bob HTTP/1.1\r\n${common}\r\n`
const post = `POST /xrpc/test.atoll.add HTTP/1.1\r\n${common}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** One connection, one request after another; responses this small come in one piece. */
const dial = async (port: number, request: string) => {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  let answered = () => {}
  socket.on('data', () => answered())
  return {
    ask: () =>
      new Promise<void>((resolve) => {
        answered = resolve
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

for (const [name, request] of [
  ['a query', get],
  ['a procedure', post],
] as const) {
  const [here, there] = [await dial(ours.port, request), await dial((bare.address() as AddressInfo).port, request)]
  // Checked parameters, input and output, CORS and negotiation, for well under half as much again.
  await benchmark(`${name} over HTTP`, { atoll: here.ask, 'node:http alone': there.ask }, { floor: 0.6 })
  here.close()
  there.close()
}

const keyPair = generateKeyPair('k256')
const [aud, lxm] = ['did:web:b.test', 'com.atproto.repo.createRecord']
const token = createServiceJwt({ iss: 'did:web:a.test', aud, lxm, keyPair })
await benchmark('verify a service token', {
  'atoll, portable': () => verifyServiceJwt(token, { audience: aud, lxm, signingKeyOf: () => keyPair.didKey() }),
})

bare.close()
bare.closeAllConnections()
await ours.close()
