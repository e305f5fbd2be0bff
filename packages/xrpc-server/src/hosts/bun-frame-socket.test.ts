import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BunFrameSocket } from './bun-frame-socket.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function opened(maxIncomingBytes = 1_000) {
  const calls: string[] = []
  const webSocket = {
    buffered: 0,
    send(frame: Uint8Array) {
      this.buffered += frame.length + 4
      return frame.length
    },
    ping: () => calls.push('ping'),
    close: (code: number, reason: string) => void calls.push(`close ${code} ${reason}`),
    terminate: () => void calls.push('terminate'),
    getBufferedAmount() {
      return this.buffered
    },
  }
  return { calls, webSocket, socket: new BunFrameSocket(webSocket, { maxIncomingBytes, closeTimeoutMs: 500 }) }
}

it('a frame is flushed once what was sent before it and itself has left', async () => {
  const { webSocket, socket } = opened()
  socket.send(new Uint8Array(1_000))
  const flushed = vi.fn()
  const flushing = socket.sendAndFlush(new Uint8Array(500)).then(flushed)
  webSocket.buffered = 300
  socket.onDrain()
  await Promise.resolve()
  expect(flushed).not.toHaveBeenCalled()
  webSocket.buffered = 0
  socket.onDrain()
  await flushing
})

it('nobody waits for a socket that has closed', async () => {
  const { socket } = opened()
  const flushing = socket.sendAndFlush(new Uint8Array(1_000))
  const onClose = vi.fn()
  socket.onClose(onClose)
  socket.onClosed()
  await flushing
  expect(onClose).toHaveBeenCalledOnce()
  await socket.sendAndFlush(new Uint8Array(1))
  expect(socket.bufferedBytes).toBe(0)
})

it('a peer that neither answered the last ping nor took anything since is cut off', () => {
  const { calls, webSocket, socket } = opened()
  socket.send(new Uint8Array(1_000))
  socket.keepAlive()
  webSocket.buffered -= 100
  socket.keepAlive()
  socket.onPong(0)
  socket.keepAlive()
  expect(calls).toEqual(['ping', 'ping', 'ping'])
  socket.keepAlive()
  expect(calls.at(-1)).toBe('terminate')
})

it('a peer that sends much between two pings is asked to leave, then cut off', () => {
  const { calls, socket } = opened()
  socket.onMessage(600)
  socket.keepAlive()
  socket.onMessage(600)
  expect(calls).toEqual(['ping'])
  for (let i = 0; i < 6; i++) socket.onMessage(0)
  expect(calls).toEqual(['ping', 'close 1008 nothing is to be sent here'])
  vi.advanceTimersByTime(500)
  expect(calls.at(-1)).toBe('terminate')
})
