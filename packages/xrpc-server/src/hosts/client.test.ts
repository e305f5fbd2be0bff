/** The client of @atoll/xrpc against this server, over real sockets. */
import { createClient, type FetchLike, type SocketOptions, subscribe, TokenSession, XrpcError } from '@atoll/xrpc'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bytesOf } from '../../test/hosts.ts'
import { add, count, download, greet, touch, upload } from '../../test/methods.ts'
import { type Authorize, createRouter, type Route, type RouterOptions, route, stream } from '../index.ts'
import { type NodeServer, serveNode } from './node.ts'

const anyone: Authorize<undefined> = () => undefined
let server: NodeServer
afterEach(() => server?.close())

const serve = async (routes: Route[], options: RouterOptions = {}) => {
  server = await serveNode(createRouter(routes, options), {
    host: '127.0.0.1',
    drainTimeoutMs: 300,
    closeTimeoutMs: 100,
  })
  return createClient({ service: server.url })
}

describe('the client and the server', () => {
  it('agree on parameters, input, output and errors', async () => {
    const client = await serve([
      route(greet, anyone, ({ params }) => {
        if (params.times > 5) throw new XrpcError('TooManyTimes', 'not that often')
        return { greeting: `${params.name} ${params.tags?.join('+') ?? ''}`.repeat(params.times) }
      }),
      route(add, anyone, ({ input }) => ({ sum: input.numbers.reduce((a, b) => a + b, 0) })),
      route(touch, anyone, () => {}),
    ])
    const { data } = await client.call(greet, { params: { name: 'é&=', tags: ['a b', 'c'], times: 2 } })
    expect(data.greeting).toBe('é&= a b+cé&= a b+c')
    expect((await client.call(add, { input: { numbers: [40, 2] } })).data).toEqual({ sum: 42 })
    expect((await client.call(touch)).data).toBeUndefined()
    const refused = client.call(greet, { params: { name: 'x', times: 6 } })
    await expect(refused).rejects.toMatchObject({ status: 400, error: 'TooManyTimes', message: 'not that often' })
  })

  it('stream megabytes both ways, compressed where asked', async () => {
    const size = 8_000_000
    const pieces = async function* () {
      for (let left = size; left > 0; left -= 100_000) yield new Uint8Array(100_000).fill(left % 251)
    }
    const client = await serve([
      route(upload, anyone, async ({ body, encoding = '' }) => ({ size: (await bytesOf(body)).length, encoding }), {
        maxBytes: size,
      }),
      route(download, anyone, () => ({ encoding: 'application/vnd.ipld.car', body: pieces() })),
    ])
    const sent = await client.call(upload, { input: pieces(), encoding: 'application/vnd.ipld.car' })
    expect(sent.data).toEqual({ size, encoding: 'application/vnd.ipld.car' })
    const opened = await client.open(download)
    // The runtime's fetch asks for a coding, and undoes it.
    expect(opened.headers.get('content-encoding')).not.toBeNull()
    const [got, expected] = [await bytesOf(opened.body), await bytesOf(pieces())]
    expect(got.equals(expected)).toBe(true)
  })

  it('renew a session once for many calls', async () => {
    let valid = 'one'
    let refreshes = 0
    const may: Authorize<undefined> = ({ headers }) => {
      if (headers.get('authorization') !== `Bearer ${valid}`) throw new XrpcError('ExpiredToken', 'Token has expired')
      return undefined
    }
    await serve([route(touch, may, () => {})])
    const session = new TokenSession({
      tokens: { accessJwt: 'one', refreshJwt: 'r' },
      refresh: async () => {
        refreshes++
        return { accessJwt: valid, refreshJwt: 'r' }
      },
    })
    const client = createClient({ service: server.url, session })
    await client.call(touch)
    valid = 'two'
    await Promise.all(Array.from({ length: 30 }, () => client.call(touch)))
    expect(refreshes).toBe(1)
  })

  it('wait out a rate limit', async () => {
    const nowMs = Date.now()
    let offset = 0
    const waits: number[] = []
    await serve([route(touch, anyone, () => {})], {
      rateLimits: { global: [{ name: 'all', points: 1, durationMs: 5_000 }] },
      now: () => nowMs + offset,
    })
    const wait = async (ms: number) => {
      waits.push(ms)
      offset += ms
    }
    const client = createClient({ service: server.url, retry: { wait, now: () => nowMs + offset } })
    await client.call(touch)
    await client.call(touch)
    expect(waits).toEqual([5000])
  })

  it('follow a stream to its end, with every WebSocket there is', async () => {
    const client = await serve([
      stream(count, anyone, async function* ({ params }) {
        for (let value = params.from; value < 500; value++) yield { $type: 'test.atoll.count#number', value } as const
        throw new XrpcError('FutureCursor', 'no more')
      }),
    ])
    for (const options of [{}, { webSocket: (url: string) => new WebSocket(url) }]) {
      let expected = 100
      const following = async () => {
        for await (const { value } of subscribe(client, count, { params: { from: 100 }, ...options })) {
          expect(value).toBe(expected++)
        }
      }
      await expect(following()).rejects.toMatchObject({ error: 'FutureCursor', message: 'no more' })
      expect(expected).toBe(500)
    }
  })

  it('refuse a message that is too long when it begins, where the WebSocket can', async () => {
    const client = await serve([
      stream(count, anyone, async function* () {
        yield { $type: 'test.atoll.count#number', value: 1, padding: new Uint8Array(300_000) } as const
      }),
    ])
    let messages = 0
    const webSocket = (url: string, options: SocketOptions) => {
      const socket = new WebSocket(url, options)
      return socket.on('message', () => messages++)
    }
    const following = subscribe(client, count, { webSocket, maxFrameBytes: 100_000 }).next()
    await expect(following).rejects.toMatchObject({
      name: 'StreamClosedError',
      cause: { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' },
    })
    expect(messages).toBe(0)
  })

  it('let a slow reader slow the stream down', async () => {
    let made = 0
    const client = await serve(
      [
        stream(count, anyone, async function* ({ signal }) {
          while (!signal.aborted) {
            yield { $type: 'test.atoll.count#number', value: made++, padding: new Uint8Array(100_000) } as const
          }
        }),
      ],
      { subscriptions: { maxBufferedBytes: 200_000 } },
    )
    const webSocket = (url: string) => new WebSocket(url)
    const following = subscribe(client, count, { webSocket, maxBufferedBytes: 500_000 })
    await following.next()
    let before = -1
    while (before !== made) {
      before = made
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(made).toBeLessThan(200)
    for (let i = 0; i < 300; i++) expect((await following.next()).value).toMatchObject({ value: i + 1 })
    await following.return(undefined)
  })

  it('part when either goes', async () => {
    const aborted = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const client = await serve([
      route(touch, anyone, async ({ signal }) => {
        started.resolve()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        aborted.resolve()
      }),
      stream(count, anyone, async function* ({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }),
    ])
    const aborter = new AbortController()
    const calling = client.call(touch, { signal: aborter.signal })
    await started.promise
    aborter.abort(new Error('enough'))
    await expect(calling).rejects.toThrow('enough')
    await aborted.promise
    const following = subscribe(client, count).next()
    while (server.subscriptions === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const [outcome] = await Promise.allSettled([following, server.close()])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StreamClosedError', code: 1001 } })
  })

  it('need nothing but fetch: the router itself will do', async () => {
    const router = createRouter([route(greet, anyone, ({ params }) => ({ greeting: params.name }))])
    const fetch: FetchLike = (url, init) => router.fetch(new Request(url, init))
    const client = createClient({ service: 'http://router.test', fetch })
    expect((await client.call(greet, { params: { name: 'in process' } })).data).toEqual({ greeting: 'in process' })
  })
})
