/** Uploads that stall or trickle, on the hosts that read from sockets. Time passes by hand. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import Koa from 'koa'
import { afterEach, describe, expect, it } from 'vitest'
import { add, touch, upload } from '../../test/methods.ts'
import { koaMiddleware } from '../hosts/koa.ts'
import { serveNode } from '../hosts/node.ts'
import { createRouter, type Router, type RouterOptions, route } from '../index.ts'
import { manualGuard } from '../testing.ts'
import { SlowBodyGuard } from './slow-body-guard.ts'

const anyone = () => undefined
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const hosts: [string, (router: Router, guard: SlowBodyGuard) => Promise<number>][] = [
  [
    'node',
    async (router, guard) => {
      const server = await serveNode(router, { host: '127.0.0.1', guard, lingerMs: 100, drainTimeoutMs: 300 })
      closers.push(() => server.close())
      return server.port
    },
  ],
  [
    'koa',
    async (router, guard) => {
      const app = new Koa().use(koaMiddleware(router, { guard, lingerMs: 100 }))
      app.silent = true
      const server: Server = app.listen(0, '127.0.0.1')
      await once(server, 'listening')
      closers.push(() => {
        guard.close()
        server.close()
        server.closeAllConnections()
      })
      return (server.address() as AddressInfo).port
    },
  ],
]

describe.each(hosts)('on %s, an upload', (_, open) => {
  const minute = 60_000
  let time: ReturnType<typeof manualGuard>
  let port: number
  let received = 0
  const log: unknown[] = []
  const onError = (error: unknown) => log.push(error)
  const onRequest: RouterOptions['onRequest'] = ({ status }) => log.push(status)

  const serve = async () => {
    log.length = 0
    received = 0
    time = manualGuard()
    const router = createRouter(
      [
        route(upload, anyone, async ({ body, encoding = '' }) => {
          for await (const chunk of body) received += chunk.length
          return { size: received, encoding }
        }),
        route(add, anyone, ({ input }) => ({ sum: input.numbers.length })),
        route(touch, anyone, () => {}),
      ],
      { onError, onRequest, maxRawBytes: 100_000_000 },
    )
    port = await open(router, time.guard)
  }
  const begin = async (name: string, headers: string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    closers.push(() => socket.destroy())
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(answer)))
    socket.write(`POST /xrpc/test.atoll.${name} HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n`)
    await time.watching()
    return { socket, closed, answer: () => answer }
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  /** Sends so much, and resolves when the handler has it. */
  const send = async (socket: Socket, bytes: number) => {
    const before = received
    socket.write(Buffer.alloc(bytes))
    await until(() => received === before + bytes)
  }
  const tooSlow = {
    error: 'RequestTimeout',
    message: 'the request body comes too slowly: less than 61440 bytes in 60 seconds; send it again',
  }
  const expectTimeout = async (closed: Promise<string>) => {
    const answer = await closed
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(answer.toLowerCase()).toContain('content-type: application/json')
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual(tooSlow)
    expect(log).toEqual([408])
  }
  const raw = 'content-type: x/y\r\ncontent-length: 1000'

  it('that stalls for ten seconds, again and again, and then goes on is taken', async () => {
    await serve()
    const { socket, answer } = await begin('upload', 'content-type: x/y\r\ncontent-length: 390000')
    for (let part = 0; part < 30; part++) {
      time.pass(10_000)
      await send(socket, 13_000)
    }
    await until(() => answer().includes('"size":390000'))
    expect(log).toEqual([200])
  })

  it('that stalls for a minute is refused with 408, and logged as such', async () => {
    await serve()
    const { socket, closed, answer } = await begin('upload', raw)
    await send(socket, 500)
    time.pass(minute - 5_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(answer()).toBe('')
    time.pass(5_000)
    await expectTimeout(closed)
  })

  it('that stalls after many bytes is not kept alive by them', async () => {
    await serve()
    const { socket, closed } = await begin('upload', 'content-type: x/y\r\ncontent-length: 9000000')
    await send(socket, 8_000_000)
    time.pass(minute + 5_000)
    await expectTimeout(closed)
  })

  it('that trickles is refused after a minute', async () => {
    await serve()
    const { socket, closed } = await begin('upload', raw)
    for (let second = 0; second < 60; second += 5) {
      await send(socket, 5)
      time.pass(5_000)
    }
    await expectTimeout(closed)
  })

  it('of JSON, plain or compressed, is treated likewise', async () => {
    for (const [headers, bytes] of [
      ['content-type: application/json', Buffer.from('{"numbers":')],
      ['content-type: application/json\r\ncontent-encoding: gzip', gzipSync('{"numbers":[]}').subarray(0, 15)],
    ] as const) {
      await serve()
      const { socket, closed } = await begin('add', `${headers}\r\ncontent-length: 100`)
      socket.write(bytes)
      time.pass(minute)
      await expectTimeout(closed)
    }
  })

  it('that is compressed is treated likewise where it is handed on as bytes', async () => {
    await serve()
    const { socket, closed } = await begin('upload', `${raw}\r\ncontent-encoding: gzip`)
    socket.write(gzipSync(Buffer.alloc(10_000)).subarray(0, 20))
    time.pass(minute)
    await expectTimeout(closed)
  })

  it('that is announced where nothing is expected, and never ends, is refused', async () => {
    await serve()
    const { closed } = await begin('touch', 'transfer-encoding: chunked')
    time.pass(minute)
    await expectTimeout(closed)
  })

  it('is followed only until it has arrived', async () => {
    await serve()
    const { socket, answer } = await begin('upload', raw)
    await send(socket, 1000)
    await until(() => answer().includes('"size":1000'))
    time.pass(minute)
    expect(time.isWatching()).toBe(false)
    expect(log).toEqual([200])
  })

  it('that breaks off is not logged as a fault of the server', async () => {
    await serve()
    const { socket } = await begin('upload', raw)
    await send(socket, 500)
    socket.destroy()
    await until(() => log.length > 0)
    expect(log).toEqual([499])
  })
})

describe('a guard', () => {
  it('looks at intervals of its own by default', async () => {
    const guard = new SlowBodyGuard({ windowMs: 20, everyMs: 10 })
    const router = createRouter([
      route(upload, anyone, async ({ body }) => ({ size: (await first(body)) ?? 0, encoding: '' })),
    ])
    const server = await serveNode(router, { host: '127.0.0.1', guard, lingerMs: 10 })
    closers.push(() => server.close())
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.write('POST /xrpc/test.atoll.upload HTTP/1.1\r\nhost: x\r\ncontent-type: x/y\r\ncontent-length: 9\r\n\r\n')
    const [chunk] = await once(socket, 'data')
    expect(`${chunk}`).toMatch(/^HTTP\/1\.1 408 /)
    socket.destroy()
  })
})

async function first(body: AsyncIterable<Uint8Array>): Promise<number | undefined> {
  for await (const { length } of body) return length
  return undefined
}
