import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { frameSocketOf, type WebSocketLike } from './web-frame-socket.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A WebSocket that only this test moves. */
class ManualSocket extends EventTarget implements WebSocketLike {
  readyState = 1
  bufferedAmount = 0
  binaryType = 'blob'
  sent = 0
  closing: [number | undefined, string | undefined] | undefined

  send(): void {
    this.sent++
  }

  close(code?: number, reason?: string): void {
    this.readyState = 2
    this.closing = [code, reason]
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

function opened(limits = {}) {
  const webSocket = new ManualSocket()
  const socket = frameSocketOf(webSocket, limits)
  const onClose = vi.fn()
  socket.onClose(onClose)
  return { webSocket, socket, onClose }
}

describe('a subscriber over the web’s WebSocket', () => {
  it('has ended for the router when the closing handshake takes too long', () => {
    const { socket, onClose } = opened({ closeTimeoutMs: 300 })
    socket.close(1008, 'ConsumerTooSlow')
    vi.advanceTimersByTime(299)
    expect(onClose).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onClose).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('calls back once, whatever the runtime says afterwards', () => {
    const { webSocket, socket, onClose } = opened()
    socket.close(1000, '')
    webSocket.dispatchEvent(new Event('error'))
    webSocket.dispatchEvent(new Event('close'))
    expect(onClose).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
    const late = vi.fn()
    socket.onClose(late)
    expect(late).toHaveBeenCalledOnce()
  })

  it('has ended when the runtime closes it without a word, instead of taking frames for ever', async () => {
    const { webSocket, socket, onClose } = opened()
    webSocket.bufferedAmount = 1_000_000
    webSocket.readyState = 2
    await socket.sendAndFlush(new Uint8Array(1))
    expect(webSocket.sent).toBe(0)
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('has ended when the runtime refuses to send', () => {
    const { webSocket, socket, onClose } = opened()
    webSocket.send = () => {
      throw new TypeError('the other side has gone')
    }
    socket.send(new Uint8Array(1))
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('is cut off when it sends more than so much in a while', () => {
    let now = 0
    const { webSocket } = opened({ maxIncomingBytes: 1_000, incomingMs: 100, now: () => now })
    for (let i = 0; i < 20; i++, now += 50) webSocket.receive(new ArrayBuffer(400))
    expect(webSocket.closing).toBeUndefined()
    webSocket.receive('x'.repeat(800))
    webSocket.receive('x'.repeat(100))
    expect(webSocket.closing).toEqual([1008, 'nothing is to be sent here'])
  })

  it('is cut off for messages without content as well', () => {
    const { webSocket } = opened({ maxIncomingBytes: 1_000 })
    for (let i = 0; i < 16; i++) webSocket.receive('')
    expect(webSocket.closing).toBeDefined()
  })

  it('is flushed when nothing is buffered any more', async () => {
    const { webSocket, socket } = opened()
    webSocket.bufferedAmount = 10
    const flushed = vi.fn()
    const flushing = socket.sendAndFlush(new Uint8Array(10)).then(flushed)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(flushed).not.toHaveBeenCalled()
    webSocket.bufferedAmount = 0
    await vi.advanceTimersByTimeAsync(20)
    await flushing
  })

  it('is never seen to be slow where the runtime does not tell what is buffered', async () => {
    const { webSocket, socket } = opened()
    Object.assign(webSocket, { bufferedAmount: undefined })
    await socket.sendAndFlush(new Uint8Array(10))
    expect([webSocket.sent, socket.bufferedBytes]).toEqual([1, 0])
  })
})
