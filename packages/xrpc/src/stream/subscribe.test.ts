import { encodeCbor } from '@atoll/data-model'
import { FakeNodeSocket, FakeSocket, socketsOf } from '@atoll/testkit'
import { describe, expect, it, vi } from 'vitest'
import { type CountMessage, count } from '../../test/methods.ts'
import { createClient } from '../client/client.ts'
import { FrameError, StreamClosedError, XrpcError } from '../errors.ts'
import { encodeErrorFrame, encodeMessageFrame } from './frames.ts'
import { type SubscribeOptions, subscribe } from './subscribe.ts'

const client = createClient({ service: 'https://relay.example' })

function open(options: SubscribeOptions & { params?: { from?: number } } = {}, kind = FakeSocket) {
  const { webSocket, latest } = socketsOf(kind)
  const messages = subscribe(client, count, { webSocket, ...options })
  const first = messages.next()
  return { socket: latest(), messages, first }
}

const number = (value: number) => encodeMessageFrame('#number', { value })
const message = (value: number) => ({ done: false, value: { $type: 'test.atoll.count#number', value } })

describe('a subscription', () => {
  it('opens a WebSocket at the method, with its parameters', () => {
    const { socket } = open({ params: { from: 7 } })
    expect(socket.url).toBe('wss://relay.example/xrpc/test.atoll.count?from=7')
    expect(socket.binaryType).toBe('arraybuffer')
  })

  it.each([
    [{}, 5_000_000],
    [{ maxFrameBytes: 5 }, 5],
  ])('tells the WebSocket the bound of %j', (bound, maxPayload) => {
    const told: unknown[] = []
    const webSocket = (url: string, given: unknown) => {
      told.push(given)
      return new FakeSocket(url)
    }
    open({ ...bound, webSocket })
    expect(told).toEqual([{ maxPayload }])
  })

  it('gives each message with its type, and ends with the stream', async () => {
    const { socket, messages, first } = open()
    socket.send(number(1))
    socket.send(number(2))
    socket.drop(1000)
    expect(await first).toEqual(message(1))
    expect(await messages.next()).toEqual(message(2))
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    expect(socket.isCut).toBe(true)
  })

  it('throws the error that the server sends, after what came before it', async () => {
    const { socket, messages, first } = open()
    socket.send(number(1))
    socket.send(encodeErrorFrame('FutureCursor', 'not yet'))
    socket.drop(1008)
    expect(await first).toEqual(message(1))
    await expect(messages.next()).rejects.toMatchObject({ error: 'FutureCursor', message: 'not yet' })
  })

  it('throws when the connection breaks', async () => {
    const { socket, first } = open()
    const cause = new Error('ECONNRESET')
    socket.fail(cause)
    socket.drop(1006)
    const error = await first.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StreamClosedError)
    expect(error).toMatchObject({ code: 1006, reason: '', cause })
  })

  it.each([
    [1006, '', 'ECONNREFUSED', '1006: the connection broke off, or never came about: ECONNREFUSED'],
    [1001, 'the server is closing', undefined, '1001: the server is going away: the server is closing'],
    [4000, 'odd', undefined, '4000: odd'],
  ])('says what the close code %i means', async (code, reason, fault, sentence) => {
    const { socket, first } = open()
    if (fault !== undefined) socket.fail(new Error(fault))
    socket.drop(code, reason)
    const url = 'wss://relay.example/xrpc/test.atoll.count'
    await expect(first).rejects.toThrow(`the stream ${url} closed with ${sentence}`)
  })

  it('makes a sentence of an error frame without a message', async () => {
    const { socket, first } = open()
    socket.send(encodeErrorFrame('FutureCursor'))
    const message = 'test.atoll.count was ended by the server: FutureCursor'
    await expect(first).rejects.toMatchObject({ error: 'FutureCursor', message })
  })

  it('pings a silent server where the socket can, and gives up on one that is dead', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      const { socket, first } = open({}, FakeNodeSocket)
      const ended = first.catch((thrown: unknown) => thrown)
      await vi.advanceTimersByTimeAsync(5_000)
      expect((socket as FakeNodeSocket).pings).toBe(1)
      await vi.advanceTimersByTimeAsync(5_000)
      expect(await ended).toMatchObject({ code: 1006, reason: 'nothing was heard for 10000 ms' })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('watches for silence alone only when it is told to: a stream may be quiet for hours', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      const quiet = open()
      await vi.advanceTimersByTimeAsync(3_600_000)
      quiet.socket.send(number(1))
      expect(await quiet.first).toEqual(message(1))
      const busy = open({ idleTimeoutMs: 2_000 })
      const ended = busy.first.catch((thrown: unknown) => thrown)
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await ended).toBeInstanceOf(StreamClosedError)
    } finally {
      vi.useRealTimers()
    }
  })

  it('passes over what came after its lexicon', async () => {
    const { socket, first } = open()
    socket.send(Buffer.concat([encodeCbor({ op: 2 }), encodeCbor({})]))
    socket.send(encodeMessageFrame('#later', { x: 1 }))
    socket.send(encodeMessageFrame('com.example.other#number', { value: 1 }))
    socket.send(number(4))
    expect(await first).toEqual(message(4))
  })

  it('ends at a frame that breaks the rules, unless it is told to go on', async () => {
    const bad = [new Uint8Array([1, 2, 3]), encodeMessageFrame('#number', { value: 'x' })]
    for (const frame of bad) {
      const { socket, first } = open()
      socket.send(frame)
      await expect(first).rejects.toBeInstanceOf(FrameError)
      expect(socket.isCut).toBe(true)
    }
    const skipped: Uint8Array[] = []
    const { socket, first } = open({ onBadFrame: (_, frame) => skipped.push(frame) })
    for (const frame of bad) socket.send(frame)
    socket.send(number(5))
    expect(await first).toEqual(message(5))
    expect(skipped).toEqual(bad)
  })

  it('does not check messages when that is switched off', async () => {
    const { socket, first } = open({ validate: false })
    socket.send(encodeMessageFrame('#number', { value: 'x' }))
    expect((await first).value).toEqual({ $type: 'test.atoll.count#number', value: 'x' } as unknown as CountMessage)
  })

  it('refuses text, and frames beyond the bound', async () => {
    const text = open()
    text.socket.send('text')
    await expect(text.first).rejects.toThrow('not binary')
    const large = open({ maxFrameBytes: 5 })
    large.socket.send(number(1))
    await expect(large.first).rejects.toThrow('too large')
  })

  it('ends at once when it is aborted', async () => {
    const aborter = new AbortController()
    const { socket, messages, first } = open({ signal: aborter.signal })
    socket.send(number(1))
    await first
    socket.send(number(2))
    aborter.abort(new Error('enough'))
    await expect(messages.next()).rejects.toThrow('enough')
    expect(socket.isCut).toBe(true)
    await expect(open({ signal: aborter.signal }).first).rejects.toThrow('enough')
  })

  it('closes its socket with a close frame when its reader stops', async () => {
    for (const kind of [FakeSocket, FakeNodeSocket]) {
      const { socket, messages, first } = open({}, kind)
      socket.send(number(1))
      await first
      await messages.return(undefined)
      expect(socket.isClosed).toBe(true)
    }
  })

  it('slows the sender down while its reader is slow', async () => {
    const size = number(1).length + 200
    const { socket, messages, first } = open({ maxBufferedBytes: size * 10 }, FakeNodeSocket)
    const pausable = socket as FakeNodeSocket
    for (let i = 0; i < 12; i++) socket.send(number(i % 10))
    expect(pausable.isPaused).toBe(true)
    await first
    for (let i = 0; i < 8; i++) await messages.next()
    expect(pausable.isPaused).toBe(false)
  })

  it('is cut off when its reader is slow and its socket cannot wait', async () => {
    const { socket, messages, first } = open({ maxBufferedBytes: (number(1).length + 200) * 3 })
    for (let i = 0; i < 5; i++) socket.send(number(i))
    expect(socket.isCut).toBe(true)
    await first
    for (let i = 0; i < 3; i++) await messages.next()
    const error = await messages.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(XrpcError)
    expect(error).toMatchObject({ error: 'ConsumerTooSlow' })
  })

  it('counts what frames without bytes take in memory', async () => {
    const { socket, first } = open({ maxBufferedBytes: 10_000 })
    for (let i = 0; i < 50; i++) socket.send(new Uint8Array())
    expect(socket.isCut).toBe(false)
    socket.send(new Uint8Array())
    expect(socket.isCut).toBe(true)
    await expect(first).rejects.toBeInstanceOf(FrameError)
  })

  it('reads thousands of frames in order', async () => {
    const { socket, messages, first } = open()
    for (let i = 0; i < 5000; i++) socket.send(number(i))
    socket.drop(1000)
    let expected = 0
    expect(await first).toEqual(message(expected++))
    for await (const { value } of messages) expect(value).toBe(expected++)
    expect(expected).toBe(5000)
  })
})
