/**
 * Bodies that are announced and empty, byte for byte as proxies send them, on the hosts that read
 * from sockets.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Koa from 'koa'
import { afterEach, describe, expect, it } from 'vitest'
import { add, greet, touch } from '../../test/methods.ts'
import { createRouter, type Router, route } from '../index.ts'
import { koaMiddleware } from './koa.ts'
import { serveNode } from './node.ts'

const anyone = () => undefined
const router = createRouter([
  route(greet, anyone, ({ params }) => ({ greeting: params.name })),
  route(touch, anyone, () => {}),
  route(add, anyone, ({ input }) => ({ sum: input.numbers.length })),
])

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const hosts: [string, (served: Router) => Promise<number>][] = [
  [
    'node',
    async (served) => {
      const server = await serveNode(served, { host: '127.0.0.1', lingerMs: 100, drainTimeoutMs: 100 })
      closers.push(() => server.close())
      return server.port
    },
  ],
  [
    'koa',
    async (served) => {
      const server = new Koa().use(koaMiddleware(served, { lingerMs: 100 })).listen(0, '127.0.0.1')
      await once(server, 'listening')
      closers.push(() => server.close().closeAllConnections())
      return (server.address() as AddressInfo).port
    },
  ],
]

describe.each(hosts)('on %s', (_, open) => {
  /** One connection, on which every answer is awaited before the next request is sent. */
  const dial = async () => {
    const socket: Socket = connect(await open(router), '127.0.0.1').on('error', () => {})
    closers.push(() => socket.destroy())
    let text = ''
    let isClosed = false
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    socket.on('close', () => (isClosed = true))
    /** Sends each part in a packet of its own. The status of the answer. */
    return async (...parts: string[]): Promise<number> => {
      text = ''
      for (const part of parts) {
        socket.write(part)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      while (!/\r\n\r\n/.test(text)) {
        if (isClosed) return 0
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      return Number(text.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3))
    }
  }
  const chunked = (line: string) => `${line} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`
  const end = '0\r\n\r\n'
  const post = 'POST /xrpc/test.atoll.touch'
  const get = 'GET /xrpc/test.atoll.greet?name=a'

  it.each([post, get, get.replace('GET', 'HEAD')])('an empty chunked body is no body: %s', async (line) => {
    const send = await dial()
    expect(await send(chunked(line) + end)).toBe(200)
    // The connection is kept, so a proxy does not have to open another.
    expect(await send(chunked(line), '0\r\n', '\r\n')).toBe(200)
    expect(await send(chunked(line), end.replace('0', '0;extension=1'))).toBe(200)
    expect(await send(chunked(line), '0\r\nx-trailer: 1\r\n\r\n')).toBe(200)
    expect(await send(`${line} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`)).toBe(200)
    expect(await send(`${line} HTTP/1.1\r\nhost: x\r\n\r\n`)).toBe(200)
  })

  it.each([post, get])('a chunked body of a single byte is refused: %s', async (line) => {
    const send = await dial()
    expect(await send(chunked(line), '1\r\n \r\n', end)).toBe(400)
  })

  it.each([post, get])('a body with a length is refused without waiting for it: %s', async (line) => {
    const send = await dial()
    expect(await send(`${line} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n`)).toBe(400)
  })

  it('an empty chunked body where JSON is expected is refused', async () => {
    const send = await dial()
    const line = 'POST /xrpc/test.atoll.add HTTP/1.1\r\nhost: x\r\ncontent-type: application/json'
    expect(await send(`${line}\r\ntransfer-encoding: chunked\r\n\r\n${end}`)).toBe(400)
    expect(await send(`${line}\r\ncontent-length: 0\r\n\r\n`)).toBe(400)
  })
})
