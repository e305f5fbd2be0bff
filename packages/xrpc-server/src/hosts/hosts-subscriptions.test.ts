/** The rules of subscriptions: one list, over every host. */
import { decodeFrame, encodeMessageFrame, XrpcError } from '@atoll/xrpc'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesOf, hosts, type TestHost, type TestReply, type TestSubscriber } from '../../test/hosts.ts'
import { type CountMessage, count } from '../../test/methods.ts'
import { type Authorize, createRouter, type RouterOptions, type StreamHandler, stream } from '../index.ts'

const anyone: Authorize<undefined> = () => undefined
const later = <T>() => Promise.withResolvers<T>()
const path = '/xrpc/test.atoll.count'
const number = (value: number): CountMessage => ({ $type: 'test.atoll.count#number', value })

const counter: StreamHandler<typeof count> = async function* ({ params, signal }) {
  const { from, to = Number.POSITIVE_INFINITY, padding } = params
  for (let value = from; value < to && !signal.aborted; value++) {
    yield padding === undefined ? number(value) : { ...number(value), padding: new Uint8Array(padding) }
  }
}

/** Says nothing until it is told to stop. */
const idle: StreamHandler<typeof count> = async function* ({ signal }) {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

describe.each(hosts)('on %s', (_, open) => {
  let host: TestHost
  afterEach(() => host?.close())

  const serve = async (handler: StreamHandler<typeof count> = counter, options: RouterOptions = {}, may = anyone) => {
    host = await open(createRouter([stream(count, may, handler)], options))
  }
  const subscribe = async (query = '', headers?: Record<string, string>) => {
    const subscriber = await host.subscribe(path + query, headers)
    if (!('frames' in subscriber)) throw new Error(`refused with ${subscriber.status}`)
    return subscriber
  }
  const refusedWith = async (outcome: TestSubscriber | TestReply) => {
    if ('frames' in outcome) throw new Error('accepted')
    const { error, message } = JSON.parse((await bytesOf(outcome.body)).toString())
    return `${outcome.status} ${error}: ${message}`
  }
  const decoded = async (subscriber: TestSubscriber) => {
    const frames: unknown[] = []
    for await (const frame of subscriber.frames) frames.push(decodeFrame(frame))
    return frames
  }

  it('sends each message in a frame, and closes when the generator has ended', async () => {
    await serve()
    const subscriber = await subscribe('?from=3&to=6')
    expect(await decoded(subscriber)).toEqual([3, 4, 5].map((value) => ({ op: 1, type: '#number', body: { value } })))
    expect((await subscriber.closed).code).toBe(1000)
  })

  it('sends frames that are encoded already as they are', async () => {
    const frame = encodeMessageFrame('#number', { value: 7 })
    await serve(async function* () {
      yield frame
      yield frame
    })
    const frames: Uint8Array[] = []
    for await (const each of (await subscribe()).frames) frames.push(new Uint8Array(each))
    expect(frames).toEqual([frame, frame])
  })

  it('sends an error frame for a refusal, then closes', async () => {
    await serve(async function* () {
      yield number(1)
      throw new XrpcError('FutureCursor', 'the cursor is in the future')
    })
    const subscriber = await subscribe()
    expect(await decoded(subscriber)).toEqual([
      { op: 1, type: '#number', body: { value: 1 } },
      { op: -1, error: 'FutureCursor', message: 'the cursor is in the future' },
    ])
    expect(await subscriber.closed).toEqual({ code: 1008, reason: 'FutureCursor' })
  })

  it('tells a subscriber nothing of a fault of ours, and reports it', async () => {
    const errors: unknown[] = []
    const fault = new Error('/var/lib/secret')
    await serve(
      // biome-ignore lint/correctness/useYield: it fails before it has anything to say
      async function* () {
        throw fault
      },
      { onError: (error) => errors.push(error) },
    )
    const subscriber = await subscribe()
    expect(await decoded(subscriber)).toEqual([
      { op: -1, error: 'InternalServerError', message: 'Internal Server Error' },
    ])
    expect((await subscriber.closed).code).toBe(1011)
    expect(errors).toEqual([fault])
  })

  it('refuses before the upgrade what HTTP can refuse', async () => {
    const may: Authorize<undefined> = ({ headers }) => {
      if (headers.get('authorization') === null) throw new XrpcError('AuthMissing', 'Authentication Required')
      return undefined
    }
    await serve(counter, { rateLimits: { global: [{ name: 'all', points: 3, durationMs: 60_000 }] } }, may)
    expect(await refusedWith(await host.subscribe(`${path}?from=x`))).toMatch(/^400 InvalidRequest: .*from/)
    expect(await refusedWith(await host.subscribe(path))).toBe('401 AuthMissing: Authentication Required')
    expect(await refusedWith(await host.subscribe('/xrpc/test.atoll.other'))).toMatch(/^501 MethodNotImplemented/)
    expect(await refusedWith(await host.subscribe('/elsewhere'))).toMatch(/^404 NotFound/)
    expect(await refusedWith(await host.subscribe(path))).toBe('429 RateLimitExceeded: Rate Limit Exceeded')
  })

  it('asks the generator for no more while the socket is full', async () => {
    let made = 0
    await serve(
      async function* ({ signal }) {
        while (!signal.aborted) {
          made++
          yield { ...number(made), padding: new Uint8Array(100_000) }
        }
      },
      { subscriptions: { maxBufferedBytes: 300_000 } },
    )
    const subscriber = await subscribe()
    subscriber.pause()
    await settled(() => made)
    const before = made
    // What the kernel holds on both sides, and the buffer.
    expect(before).toBeLessThan(150)
    subscriber.resume()
    let got = 0
    for await (const _ of subscriber.frames) if (++got === before + 50) break
    expect(made).toBeGreaterThan(before)
    subscriber.abort()
  })

  it('cuts off a subscriber whose socket stays full', async () => {
    const { promise: ended, resolve: end } = later<void>()
    const handler: StreamHandler<typeof count> = async function* (call) {
      try {
        yield* counter(call)
      } finally {
        end()
      }
    }
    await serve(handler, { subscriptions: { maxBufferedBytes: 100_000, drainTimeoutMs: 100 } })
    const subscriber = await subscribe('?padding=50000')
    subscriber.pause()
    await ended
    subscriber.resume()
    const frames = await decoded(subscriber)
    expect(frames.at(-1)).toMatchObject({ op: -1, error: 'ConsumerTooSlow' })
    expect((await subscriber.closed).code).toBe(1008)
  })

  it('cuts off a subscriber whose socket is full as soon as the handler wants it', async () => {
    let made = 0
    const { promise: started, resolve: start } = later<(error: unknown) => void>()
    await serve(
      async function* ({ signal, fail }) {
        start(fail)
        while (!signal.aborted) yield { ...number(made++), padding: new Uint8Array(100_000) }
      },
      { subscriptions: { maxBufferedBytes: 300_000 } },
    )
    const subscriber = await subscribe()
    subscriber.pause()
    const fail = await started
    await settled(() => made)
    fail(new XrpcError('ConsumerTooSlow', 'enough'))
    subscriber.resume()
    expect((await decoded(subscriber)).at(-1)).toEqual({ op: -1, error: 'ConsumerTooSlow', message: 'enough' })
    expect(await subscriber.closed).toEqual({ code: 1008, reason: 'ConsumerTooSlow' })
  })

  it('aborts the signal when the subscriber goes, and forgets it', async () => {
    const { promise: ended, resolve: end } = later<void>()
    const { promise: started, resolve: start } = later<void>()
    await serve(async function* ({ signal }) {
      try {
        yield number(0)
        start()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      } finally {
        end()
      }
    })
    const subscriber = await subscribe()
    await started
    subscriber.abort()
    await ended
  })

  it('opens no more than so many for one address, however many ask at once', async () => {
    const { promise: asked, resolve: answer } = later<void>()
    let waiting = 0
    const slowly: Authorize<undefined> = async () => {
      if (++waiting === 5) answer()
      await asked
      return undefined
    }
    await serve(idle, { subscriptions: { maxPerAddress: 2 } }, slowly)
    const subscribers = await Promise.all(Array.from({ length: 5 }, () => subscribe()))
    const refused: string[] = []
    await new Promise<void>((resolve) => {
      for (const { closed } of subscribers) {
        void closed.then(({ code, reason }) => {
          if (refused.push(`${code} ${reason}`) === 3) resolve()
        })
      }
    })
    expect(refused).toEqual(Array.from({ length: 3 }, () => '1008 RateLimitExceeded'))
    for (const subscriber of subscribers) subscriber.abort()
  })

  it('opens no more than so many for one address', async () => {
    const bypass = ({ ip }: { ip: string }) => ip === '192.0.2.1'
    await serve(idle, { subscriptions: { maxPerAddress: 2 }, rateLimits: { bypass } })
    const from = (ip: string) => ({ 'x-forwarded-for': ip })
    const first = await subscribe('', from('2001:db8::1'))
    await subscribe('', from('2001:db8::2'))
    expect(await refusedWith(await host.subscribe(path, from('2001:db8::3')))).toMatch(/^429 RateLimitExceeded/)
    await subscribe('', from('2001:db8:0:1::1'))
    for (let i = 0; i < 4; i++) await subscribe('', from('192.0.2.1'))
    first.abort()
    await first.closed
    await eventually(async () => 'frames' in (await host.subscribe(path, from('2001:db8::3'))))
  })
})

async function settled(figure: () => number): Promise<void> {
  let before = -1
  while (before !== figure()) {
    before = figure()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10))
}
