/** What is Node's alone: connections, their times and bounds, and the server's end. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { decodeFrame } from '@atoll/xrpc'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { add, count, download, greet, upload } from '../../test/methods.ts'
import {
  type Authorize,
  createRouter,
  type Router,
  type RouterOptions,
  type RouterResponse,
  route,
  stream,
} from '../index.ts'
import { ListenError, type NodeServer, type NodeServerOptions, serveNode } from './node.ts'

const anyone: Authorize<undefined> = () => undefined
const later = <T>() => Promise.withResolvers<T>()

const routes = [
  route(greet, anyone, ({ params }) => ({ greeting: params.name })),
  route(add, anyone, ({ input }) => ({ sum: input.numbers.length })),
  route(upload, anyone, async ({ body }) => {
    let size = 0
    for await (const chunk of body) size += chunk.length
    return { size, encoding: '' }
  }),
]
const router = createRouter(routes)

let server: NodeServer
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server?.close()
})

const serve = async (served: Router = router, options: NodeServerOptions = {}) => {
  server = await serveNode(served, { host: '127.0.0.1', lingerMs: 100, drainTimeoutMs: 300, ...options })
}
const serving = (handler: Parameters<typeof stream<typeof count, undefined>>[2], options: RouterOptions = {}) =>
  createRouter([stream(count, anyone, handler)], options)

/** A connection that speaks HTTP only as well as the test does. */
const dial = async () => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {})
  sockets.push(socket)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)))
  await once(socket, 'connect')
  return { socket, closed, received: () => text }
}
const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const subscribe = (options = {}) => new WebSocket(`${server.url.replace('http', 'ws')}/xrpc/test.atoll.count`, options)

describe('a network whose requests keep the event loop busy', () => {
  it('does not keep the others waiting for all of them', async () => {
    const served: string[] = []
    const busy = route(greet, anyone, ({ params }) => {
      const until = performance.now() + 15
      while (params.name === 'greedy' && performance.now() < until);
      served.push(params.name)
      return { greeting: params.name }
    })
    await serve(createRouter([busy]))
    // Connections come one in each turn of the event loop, so they are made before.
    const clients = await Promise.all(Array.from({ length: 51 }, dial))
    const ask = (name: string, from: string) =>
      clients
        .pop()!
        .socket.write(`GET /xrpc/test.atoll.greet?name=${name} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${from}\r\n\r\n`)
    for (let round = 0; round < 10; round++) ask('greedy', '192.0.2.1')
    await until(() => served.length === 10)
    for (let round = 0; round < 40; round++) ask('greedy', '192.0.2.1')
    ask('modest', '192.0.2.2')
    await until(() => served.length === 51)
    expect(served.indexOf('modest')).toBeLessThan(20)
  })
})

describe('a connection', () => {
  it('serves one request after another, also when they come together', async () => {
    await serve()
    const { socket, received } = await dial()
    const get = (name: string) => `GET /xrpc/test.atoll.greet?name=${name} HTTP/1.1\r\nhost: x\r\n\r\n`
    socket.write(get('one') + get('two') + get('three'))
    await until(() => received().includes('three'))
    expect(received().match(/"greeting":"\w+"/g)).toEqual([
      '"greeting":"one"',
      '"greeting":"two"',
      '"greeting":"three"',
    ])
  })

  it('is kept after a refusal of a request that has been read', async () => {
    await serve()
    const { socket, received } = await dial()
    const body = '{"numbers":"x"}'
    const post = `POST /xrpc/test.atoll.add HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    socket.write(post)
    await until(() => received().includes('InvalidRequest'))
    socket.write(post)
    await until(() => received().split('InvalidRequest').length === 3)
  })

  it('understands the absolute form that proxies are sent, and the asterisk', async () => {
    await serve()
    const { socket, received } = await dial()
    socket.write('GET http://other.example/xrpc/test.atoll.greet?name=far HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => received().includes('"far"'))
    socket.write('OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => received().includes('204 No Content'))
  })

  it('is not led astray by an offer to upgrade to something else', async () => {
    await serve()
    const { socket, received } = await dial()
    const offer = 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n'
    socket.write(`GET /xrpc/test.atoll.greet?name=plain HTTP/1.1\r\nhost: x\r\n${offer}\r\n`)
    await until(() => received().includes('"plain"'))
    expect(received()).toMatch(/^HTTP\/1.1 200 OK/)
  })

  it('gets the refusal of an upload that goes on and on, and is then closed', async () => {
    await serve()
    const { socket, closed, received } = await dial()
    socket.write(
      'POST /xrpc/test.atoll.upload HTTP/1.1\r\nhost: x\r\ncontent-type: x/y\r\ncontent-length: 999999999\r\n\r\n',
    )
    const chunk = Buffer.alloc(10_000)
    const sending = setInterval(() => socket.write(chunk), 1)
    await until(() => received().includes('request entity too large'))
    expect(received()).toMatch(/^HTTP\/1.1 413 /)
    expect(received().toLowerCase()).toContain('connection: close')
    await closed
    clearInterval(sending)
  })
})

describe('requests that come together', () => {
  const get = (name: string) => `GET /xrpc/test.atoll.greet?name=${name} HTTP/1.1\r\nhost: x\r\n\r\n`
  /** Each call waits until the test lets it go on. */
  const held = () => {
    const calls: { name: string; goOn: () => void; signal: AbortSignal }[] = []
    const handler = route(greet, anyone, ({ params, signal }) => {
      const { promise, resolve } = later<{ greeting: string }>()
      calls.push({ name: params.name, signal, goOn: () => resolve({ greeting: params.name }) })
      return promise
    })
    return { calls, served: createRouter([handler]) }
  }

  it('are worked on one after another, each when the answer before it is written', async () => {
    const { calls, served } = held()
    await serve(served)
    const { socket, received } = await dial()
    const another = await dial()
    socket.write(Array.from({ length: 10 }, (_, at) => get(`n${at}`)).join(''))
    await until(() => calls.length > 0)
    another.socket.write(get('other'))
    await until(() => calls.length > 1)
    // Those behind the first have been parsed with it; the other client has not waited for them.
    expect(calls.map(({ name }) => name)).toEqual(['n0', 'other'])
    calls[1]!.goOn()
    await until(() => another.received().includes('"other"'))
    calls.splice(1, 1)
    for (let at = 0; at < 10; at++) {
      await until(() => calls.length === at + 1)
      calls[at]!.goOn()
      await until(() => received().includes(`"n${at}"`))
    }
    expect(calls.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, at) => `n${at}`))
  })

  it('are not worked on while the answer before them is not read', async () => {
    let asked = 0
    const body = new Uint8Array(20_000_000)
    await serve(
      createRouter([
        route(download, anyone, () => {
          asked++
          return { encoding: 'x/y', body }
        }),
        ...routes,
      ]),
    )
    const { socket } = await dial()
    socket.pause()
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10))
    const another = await dial()
    await until(() => asked > 0)
    another.socket.write(get('meanwhile'))
    await until(() => another.received().includes('"meanwhile"'))
    expect(asked).toBe(1)
  })

  it('end with the connection: what waits is never begun, what has begun is told', async () => {
    const { calls, served } = held()
    await serve(served)
    const { socket } = await dial()
    socket.write(get('a') + get('b') + get('c'))
    await until(() => calls.length > 0)
    const told = once(calls[0]!.signal, 'abort')
    socket.destroy()
    await told
    calls[0]!.goOn()
    const another = await dial()
    another.socket.write(get('d'))
    await until(() => calls.length > 1)
    expect(calls.map(({ name }) => name)).toEqual(['a', 'd'])
  })

  it('close the connection when they are more than anybody needs', async () => {
    const { calls, served } = held()
    await serve(served)
    const { socket, closed } = await dial()
    socket.write(Array.from({ length: 70 }, (_, at) => get(`n${at}`)).join(''))
    expect(await closed).toBe('')
    expect(calls.map(({ name }) => name)).toEqual(['n0'])
    expect(calls[0]!.signal.aborted).toBe(true)
  })

  it('may have bodies', async () => {
    await serve()
    const { socket, received } = await dial()
    const post = (numbers: number) => {
      const body = JSON.stringify({ numbers: Array(numbers).fill(1) })
      return `POST /xrpc/test.atoll.add HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    }
    socket.write(post(1) + post(60_000) + post(3))
    await until(() => received().includes('"sum":3'))
    expect(received().match(/"sum":\d+/g)).toEqual(['"sum":1', '"sum":60000', '"sum":3'])
  })
})

describe('an upgrade that is asked for before the answer to a request', () => {
  it('ends the connection, since the answer would be written among the frames', async () => {
    const { promise: isLetGo, resolve: letGo } = later<void>()
    const slow = route(greet, anyone, async ({ params }) => {
      await isLetGo
      return { greeting: params.name }
    })
    const idle = stream(count, anyone, async function* ({ signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await serve(createRouter([slow, idle]))
    const { socket, closed } = await dial()
    socket.write('GET /xrpc/test.atoll.greet?name=a HTTP/1.1\r\nhost: x\r\n\r\n')
    socket.write(
      'GET /xrpc/test.atoll.count HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    expect(await closed).toBe('')
    letGo()
  })
})

describe('what is no request', () => {
  const refusalOf = async (text: string) => {
    const { socket, closed } = await dial()
    socket.write(text)
    const answer = await closed
    expect(answer.toLowerCase()).toContain('connection: close')
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    return { status: head.slice('HTTP/1.1 '.length).split('\r\n')[0], body: JSON.parse(body) as unknown }
  }

  it('is refused in the shape of every error', async () => {
    await serve()
    expect(await refusalOf('hello, is anybody there?\r\n\r\n')).toEqual({
      status: '400 Bad Request',
      body: { error: 'InvalidRequest', message: 'this is not an HTTP request' },
    })
    expect(await refusalOf(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`)).toEqual({
      status: '431 Request Header Fields Too Large',
      body: { error: 'InvalidRequest', message: 'the headers of the request are too large' },
    })
  })

  it('is not answered in the middle of another answer', async () => {
    const { promise: goOn, resolve: finish } = later<void>()
    const body = async function* () {
      yield Buffer.from('first')
      await goOn
    }
    await serve(createRouter([route(download, anyone, () => ({ encoding: 'x/y', body: body() }))]))
    const { socket, closed, received } = await dial()
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => received().includes('first'))
    socket.write('nonsense\r\n\r\n')
    expect((await closed).split('HTTP/1.1')).toHaveLength(2)
    finish()
  })
})

describe('a client that takes its time', () => {
  it('has a minute for its headers, and keeps an idle connection longer than proxies do', async () => {
    await serve()
    const { headersTimeout, connectionsCheckingInterval, keepAliveTimeout } = server.server as typeof server.server & {
      connectionsCheckingInterval: number
    }
    expect(headersTimeout + connectionsCheckingInterval).toBe(60_000)
    // Caddy keeps its own for two minutes. Whoever closes first must not be the one that is sent
    // the next request.
    expect(keepAliveTimeout).toBeGreaterThan(120_000)
  })

  it('is cut off when its headers do not come', async () => {
    await serve(router, { headersTimeoutMs: 300 })
    const silent = await dial()
    const slow = await dial()
    slow.socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    const trickle = setInterval(() => slow.socket.write('a'), 20)
    const answer = await slow.closed
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual({
      error: 'RequestTimeout',
      message: 'the headers of the request did not come in time; send it again',
    })
    await silent.closed
    clearInterval(trickle)
  })

  it('is cut off when it does not read what it asked for', async () => {
    const { promise: ended, resolve: end } = later<void>()
    const body = async function* () {
      try {
        for (;;) yield new Uint8Array(1_000_000)
      } finally {
        end()
      }
    }
    await serve(createRouter([route(download, anyone, () => ({ encoding: 'x/y', body: body() }))]), { stalledMs: 100 })
    const { socket } = await dial()
    socket.pause()
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n')
    await ended
  })
})

describe('a streamed answer that is read', () => {
  const chunks = async function* () {
    for (let count = 0; count < 400; count++) yield new Uint8Array(100_000)
  }
  const streaming = createRouter([route(download, anyone, () => ({ encoding: 'x/y', body: chunks() }))])
  const read = async (waitMs: number) => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n')
    let size = 0
    for await (const piece of socket) {
      size += (piece as Buffer).length
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
    return size
  }

  it('is broken off when it is read too slowly in all, though never for long', async () => {
    await serve(streaming, { stalledMs: 60_000, minReadBytesPerSecond: 1_000_000_000, readingGraceMs: 100 })
    const [connection] = await Promise.all([once(server.server, 'connection') as Promise<[Socket]>, read(5)])
    expect(connection[0].bytesWritten).toBeLessThan(40_000_000)
  })

  it('is whole when it is read as fast as it has to be', async () => {
    await serve(streaming, { stalledMs: 60_000, minReadBytesPerSecond: 1, readingGraceMs: 100 })
    expect(await read(0)).toBeGreaterThan(40_000_000)
  })
})

describe('an answer of bytes that are given back', () => {
  const answered = async (accept: string) => {
    const { promise: released, resolve: release } = later<void>()
    const body = Buffer.alloc(3_000_000, 'a')
    const giveBack = () => {
      body.fill('z')
      release()
    }
    const handler = () => ({ encoding: 'text/plain', body, release: giveBack })
    await serve(createRouter([route(download, anyone, handler)]))
    const text = await (
      await fetch(`${server.url}/xrpc/test.atoll.download`, { headers: { 'accept-encoding': accept } })
    ).text()
    await released
    return text
  }

  it.each(['identity', 'gzip'])('is whole, and they are given back: %s', async (accept) => {
    const text = await answered(accept)
    expect(text).toHaveLength(3_000_000)
    expect(text).not.toContain('z')
  })

  it('keeps them when the client has gone, from where the system may still read', async () => {
    let released = 0
    const handler = () => ({ encoding: 'x/y', body: new Uint8Array(30_000_000), release: () => void released++ })
    await serve(createRouter([route(download, anyone, handler)]), { stalledMs: 100 })
    const connected = once(server.server, 'connection') as Promise<[Socket]>
    const { socket } = await dial()
    socket.pause()
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n')
    await once((await connected)[0], 'close')
    expect(released).toBe(0)
  })
})

describe('a whole answer that is not read', () => {
  const ask = 'GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n'
  const silent = async () => {
    const { socket } = await dial()
    socket.pause()
    socket.write(ask)
    return socket
  }
  const answering = (body: Uint8Array | string, then: () => void = () => {}) =>
    createRouter([
      route(download, anyone, () => {
        then()
        return { encoding: 'x/y', body }
      }),
    ])

  it.each([
    ['bytes', new Uint8Array(30_000_000)],
    ['text', 'x'.repeat(30_000_000)],
  ])('is cut off in time: %s', async (_, body) => {
    await serve(answering(body), { stalledMs: 100 })
    const [connection] = await Promise.all([once(server.server, 'connection') as Promise<[Socket]>, silent()])
    await once(connection[0], 'close')
    expect(connection[0].bytesWritten).toBeLessThan(30_000_000)
  })

  it('is cut off in time when many small ones have filled the connection', async () => {
    let asked = 0
    await serve(
      answering(new Uint8Array(60_000), () => asked++),
      { stalledMs: 100 },
    )
    const connected = once(server.server, 'connection') as Promise<[Socket]>
    const socket = await silent()
    const [connection] = await connected
    // Each is asked for when the one before has been taken; at some time the system takes no more.
    const asking = setInterval(() => socket.write(ask), 1)
    await once(connection, 'close')
    clearInterval(asking)
    expect(asked).toBeGreaterThan(1)
  })

  it('is not cut off while it is read, however slowly', async () => {
    await serve(answering(Buffer.alloc(8_000_000, 1)), { stalledMs: 1_500 })
    const socket = connect(server.port, '127.0.0.1')
    sockets.push(socket)
    socket.write(ask.replace('host', 'connection: close\r\nhost'))
    let size = 0
    for await (const piece of socket) {
      size += (piece as Buffer).length
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(size).toBeGreaterThan(8_000_000)
  })

  it('makes room for others: with too many of one client, the one that has waited longest is cut off', async () => {
    await serve(answering(new Uint8Array(20_000_000)), { maxUnreadBytesPerAddress: 50_000_000 })
    const connections: Socket[] = []
    server.server.on('connection', (socket) => connections.push(socket))
    await silent()
    await until(() => (connections[0]?.writableLength ?? 0) > 0)
    const closed = once(connections[0]!, 'close')
    await silent()
    await until(() => (connections[1]?.writableLength ?? 0) > 0)
    expect(connections[0]!.destroyed).toBe(false)
    await silent()
    await closed
    await until(() => (connections[2]?.writableLength ?? 0) > 0)
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, false, false])
  })
})

describe('a client that leaves', () => {
  const leaving = async (leave: (socket: Socket) => void) => {
    const { promise: signalled, resolve } = later<AbortSignal>()
    await serve(
      createRouter([
        route(greet, anyone, async ({ signal }) => {
          resolve(signal)
          await once(signal, 'abort')
          return { greeting: '' }
        }),
      ]),
    )
    const { socket } = await dial()
    socket.write('GET /xrpc/test.atoll.greet?name=x HTTP/1.1\r\nhost: x\r\n\r\n')
    const signal = await signalled
    leave(socket)
    if (!signal.aborted) await once(signal, 'abort')
    expect(signal.reason).toMatchObject({ name: 'ClientGoneError' })
  }

  it('ends its query: by closing', () => leaving((socket) => socket.destroy()))
  it('ends its query: by saying that it is done', () => leaving((socket) => socket.end()))
  it('ends its query: by a reset', () => leaving((socket) => socket.resetAndDestroy()))

  it.each(['', 'accept-encoding: gzip\r\n'])('ends a stream that waits for its source (%j)', async (header) => {
    const waiting = later<void>()
    const cancelled = later<void>()
    const body = new ReadableStream<Uint8Array>({
      pull: () => {
        waiting.resolve()
        return new Promise(() => {})
      },
      cancel: () => cancelled.resolve(),
    })
    const onError = (error: unknown) => expect.fail(`${error}`)
    await serve(createRouter([route(download, anyone, () => ({ encoding: 'text/plain', body }))], { onError }))
    const { socket } = await dial()
    socket.write(`GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n${header}\r\n`)
    await waiting.promise
    socket.destroy()
    await cancelled.promise
  })
})

describe('a streamed answer', () => {
  /** Uses the memory of chunks that it gets back for the next ones. */
  const reusing = (count: number, chunkBytes: number) => {
    const free: Uint8Array[] = []
    let released = 0
    const chunks = async function* () {
      for (let at = 1; at <= count; at++) yield (free.pop() ?? new Uint8Array(chunkBytes)).fill(at)
    }
    return {
      [Symbol.asyncIterator]: chunks,
      release: (chunk: Uint8Array) => {
        free.push(chunk.fill(0))
        released++
      },
      released: () => released,
    }
  }

  it('gives each chunk back when it is written, and not before, however slowly it is read', async () => {
    const body = reusing(60, 200_000)
    const onError = () => {}
    await serve(createRouter([route(download, anyone, () => ({ encoding: 'x/y', body }))], { onError }))
    const socket = connect(server.port, '127.0.0.1')
    sockets.push(socket)
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const counts = new Map<number, number>()
    for await (const piece of socket) {
      for (const byte of piece as Buffer) counts.set(byte, (counts.get(byte) ?? 0) + 1)
      await new Promise(setImmediate)
    }
    expect(counts.get(0)).toBeUndefined()
    for (let at = 1; at <= 60; at++) expect(counts.get(at)).toBeGreaterThanOrEqual(200_000)
    await until(() => body.released() === 60)
  })

  it.each<[string, Partial<RouterResponse>]>([
    ['a header', { headers: { 'x-price': '5 €' } }],
    ['a status', { status: 0 }],
  ])('answers 500 when %s cannot be sent, and goes on', async (_, wrong) => {
    let discarded = false
    async function* chunks() {
      try {
        yield new Uint8Array(10)
      } finally {
        discarded = true
      }
    }
    const body = chunks()
    await body.next()
    const faults: unknown[] = []
    const fallback = (): RouterResponse => ({ status: 200, headers: {}, body, ...wrong })
    await serve(createRouter([], { fallback }), { onUnsendable: (error) => faults.push(error) })
    for (let round = 1; round <= 2; round++) {
      const response = await fetch(`${server.url}/page`)
      expect([response.status, await response.json(), faults.length]).toEqual([
        500,
        { error: 'InternalServerError', message: 'Internal Server Error' },
        round,
      ])
    }
    expect(discarded).toBe(true)
  })

  it('gives no chunk back that it could not write', async () => {
    const body = reusing(1000, 1_000_000)
    const ended = later<void>()
    const watched = {
      ...body,
      async *[Symbol.asyncIterator]() {
        try {
          yield* body
        } finally {
          ended.resolve()
        }
      },
    }
    await serve(createRouter([route(download, anyone, () => ({ encoding: 'x/y', body: watched }))]))
    const { socket } = await dial()
    socket.pause()
    socket.write('GET /xrpc/test.atoll.download HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(server.server, 'request')
    socket.destroy()
    await ended.promise
    const released = body.released()
    for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    expect(body.released()).toBe(released)
  })
})

describe('an address', () => {
  it('holds no more connections than it may', async () => {
    await serve(router, { maxConnectionsPerAddress: 2, isTrustedProxy: () => false })
    const first = await dial()
    await dial()
    const third = await dial()
    expect(await third.closed).toBe('')
    first.socket.destroy()
    // The server hears of it in its own time.
    let answer = ''
    while (!answer.includes('"again"')) {
      const { socket, closed } = await dial()
      socket.write('GET /xrpc/test.atoll.greet?name=again HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      answer = await closed
    }
  })

  it('that is a trusted proxy holds as many as it likes', async () => {
    await serve(router, { maxConnectionsPerAddress: 1 })
    await dial()
    const { socket, received } = await dial()
    socket.write('GET /xrpc/test.atoll.greet?name=both HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => received().includes('"both"'))
  })
})

describe('listening', () => {
  it('fails with a typed error when the port is taken', async () => {
    await serve()
    const failing = serveNode(router, { host: '127.0.0.1', port: server.port })
    await expect(failing).rejects.toBeInstanceOf(ListenError)
    await expect(failing).rejects.toMatchObject({ code: 'EADDRINUSE', port: server.port, host: '127.0.0.1' })
  })

  it('fails with a typed error for an address that is not ours', async () => {
    await expect(serveNode(router, { host: '203.0.113.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
  })
})

describe('closing', () => {
  const slowRouter = () => {
    const { promise: started, resolve: start } = later<void>()
    const { promise: goOn, resolve: finish } = later<void>()
    const slow = route(greet, anyone, async () => {
      start()
      await goOn
      return { greeting: 'finished' }
    })
    return { started, finish, slowRouter: createRouter([slow]) }
  }

  it('lets a request in flight finish, and takes no new one', async () => {
    const { started, finish, slowRouter: served } = slowRouter()
    await serve(served, { drainTimeoutMs: 5_000 })
    const { socket, closed } = await dial()
    const idle = await dial()
    socket.write('GET /xrpc/test.atoll.greet?name=a HTTP/1.1\r\nhost: x\r\n\r\n')
    await started
    const closing = server.close()
    await idle.closed
    await expect(fetch(server.url)).rejects.toThrow()
    finish()
    await closing
    const text = await closed
    expect(text).toContain('finished')
    expect(text.toLowerCase()).toContain('connection: close')
  })

  it('waits no longer than it may for one that does not', async () => {
    const { started, slowRouter: served } = slowRouter()
    await serve(served, { drainTimeoutMs: 100 })
    const { socket, closed } = await dial()
    socket.write('GET /xrpc/test.atoll.greet?name=a HTTP/1.1\r\nhost: x\r\n\r\n')
    await started
    await server.close()
    expect(await closed).toBe('')
  })

  it('says goodbye to subscribers, and does not wait for those who do not answer', async () => {
    let aborted = 0
    await serve(
      serving(async function* ({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        aborted++
      }),
      { closeTimeoutMs: 100 },
    )
    const polite = subscribe()
    const deaf = subscribe()
    await Promise.all([once(polite, 'open'), once(deaf, 'open')])
    deaf.pause()
    expect(server.subscriptions).toBe(2)
    const closed = once(polite, 'close')
    await server.close()
    expect((await closed)[0]).toBe(1001)
    await until(() => aborted === 2)
    expect(server.subscriptions).toBe(0)
    deaf.terminate()
  })

  it('may be asked for twice', async () => {
    await serve()
    await Promise.all([server.close(), server.close()])
  })
})

describe('a subscriber', () => {
  const idle = serving(async function* ({ signal }) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  })

  it('stays as long as it answers pings, and is cut off when it is dead', async () => {
    await serve(idle, { keepAliveMs: 250 })
    const alive = subscribe()
    const dead = subscribe({ autoPong: false })
    let pings = 0
    alive.on('ping', () => pings++)
    await Promise.all([once(alive, 'open'), once(dead, 'open')])
    const [code] = await once(dead, 'close')
    expect(code).toBe(1006)
    const before = pings
    await until(() => pings > before + 1)
    expect(alive.readyState).toBe(WebSocket.OPEN)
    alive.terminate()
  })

  it('is not taken for dead while it reads, however slowly it answers', async () => {
    let sent = 0
    await serve(
      serving(async function* ({ signal }) {
        while (!signal.aborted) {
          yield { $type: 'test.atoll.count#number', value: sent++ } as const
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }),
      { keepAliveMs: 250 },
    )
    const mute = subscribe({ autoPong: false })
    let last = 0
    let pings = 0
    mute.on('message', (bytes: Buffer) => {
      const frame = decodeFrame(bytes)
      if (frame.op === 1) last = frame.body['value'] as number
    })
    const { promise: threeTimes, resolve } = later<void>()
    mute.on('ping', () => {
      if (++pings === 3) resolve()
    })
    await threeTimes
    const before = last
    await until(() => last > before)
    mute.terminate()
  })

  it('is cut off when it talks', async () => {
    await serve(idle)
    const chatty = subscribe()
    await once(chatty, 'open')
    for (let i = 0; i < 100; i++) chatty.send(Buffer.alloc(1000))
    expect((await once(chatty, 'close'))[0]).toBe(1008)
    const loud = subscribe()
    await once(loud, 'open')
    loud.send(Buffer.alloc(100_000))
    expect((await once(loud, 'close'))[0]).toBe(1009)
  })

  const frame = (opcode: number, payload = '') =>
    Buffer.from([opcode, 0x80 | payload.length, 0, 0, 0, 0, ...Buffer.from(payload)])
  const closedFor = (code: number) => String.fromCharCode(code >> 8, code & 255)
  it.each([
    ['pings', [frame(0x89)]],
    ['pongs', [frame(0x8a)]],
    ['messages of one byte', [frame(0x82, 'x')]],
    ['messages in empty parts', [frame(0x02), ...Array.from({ length: 100 }, () => frame(0)), frame(0x80)]],
    ['one message that never ends', [frame(0)], frame(0x02)],
  ])('is cut off when it sends 100,000 frames, of %s', async (_, frames, first = Buffer.alloc(0)) => {
    await serve(idle)
    const accepted = once(server.server, 'connection') as Promise<[Socket]>
    const { socket, closed, received } = await dial()
    const [connection] = await accepted
    const key = 'AAAAAAAAAAAAAAAAAAAAAA=='
    const head = `host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}`
    socket.write(`GET /xrpc/test.atoll.count HTTP/1.1\r\n${head}\r\n\r\n`)
    await until(() => received().includes('101'))
    socket.write(first)
    const some = Buffer.concat(Array.from({ length: Math.ceil(10_000 / frames.length) }, () => frames).flat())
    for (let count = 0; count < 10; count++) socket.write(some)
    const answer = await closed
    expect(answer).toContain(closedFor(1008))
    // The bound, what one read brings beyond it, and what is read ahead.
    expect(connection.bytesRead).toBeLessThan(4 * 65_536)
    expect(answer.length).toBeLessThan(10_000)
  })

  it('may say a little', async () => {
    await serve(idle)
    const quiet = subscribe()
    await once(quiet, 'open')
    quiet.send('hello')
    quiet.ping()
    await once(quiet, 'pong')
    quiet.terminate()
  })

  it('is offered no compression', async () => {
    await serve(idle)
    const socket = subscribe({ perMessageDeflate: true })
    await once(socket, 'open')
    expect(socket.extensions).toBe('')
    socket.terminate()
  })

  it('is refused when its handshake is not one', async () => {
    await serve(idle)
    const { socket, closed } = await dial()
    socket.write('GET /xrpc/test.atoll.count HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    expect(await closed).toMatch(/^HTTP\/1.1 400 /)
  })
})
