import { FakeNodeSocket, FakeSocket, ManualClock, settled, socketsOf } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { maxFrameBytes } from './frames.ts'
import { type SocketEnding, StreamSocket } from './stream-socket.ts'

function connect<S extends FakeSocket>(kind: new (url: string) => S, idleTimeoutMs?: number) {
  const clock = new ManualClock()
  const { webSocket, latest } = socketsOf(kind)
  const frames: (number | undefined)[] = []
  const endings: (SocketEnding | { kind: 'stopped' })[] = []
  let opened = 0
  const connection = new StreamSocket<{ kind: 'stopped' }>({
    url: 'wss://relay.test/x',
    webSocket,
    maxFrameBytes,
    watchdog: { clock, idleTimeoutMs },
    onOpen: () => opened++,
    onFrame: (frame) => frames.push(frame?.length),
  })
  void connection.ended.then((ending) => endings.push(ending))
  return { clock, socket: latest(), connection, frames, endings, opened: () => opened }
}

describe('a connection', () => {
  it('passes on binary frames, and text as nothing', () => {
    const { socket, frames, opened } = connect(FakeSocket)
    expect(socket.binaryType).toBe('arraybuffer')
    socket.open().send(new Uint8Array(3), 'text', new Uint8Array())
    expect([opened(), frames]).toEqual([1, [3, undefined, 0]])
  })

  it('ends with what the server says', async () => {
    const { socket, endings, clock } = connect(FakeSocket)
    socket.open().drop(1012, 'restart')
    await settled()
    expect(endings).toEqual([{ kind: 'closed', code: 1012, reason: 'restart' }])
    expect(clock.waits).toEqual([])
  })

  it('is cut by a frame of more than 5,000,000 bytes, which is not passed on', async () => {
    const { socket, frames, endings } = connect(FakeSocket)
    socket.open().send(new Uint8Array(5_000_000), new Uint8Array(5_000_001), new Uint8Array(1))
    await settled()
    expect(frames).toEqual([5_000_000])
    expect(endings).toEqual([{ kind: 'oversized', bytes: 5_000_001 }])
    expect(socket.isCut).toBe(true)
  })

  it('calls nobody once it has ended', async () => {
    const { socket, connection, frames, endings, opened } = connect(FakeSocket)
    connection.terminate({ kind: 'stopped' })
    socket.open().send(new Uint8Array(1))
    socket.drop()
    await settled()
    expect([frames, opened(), endings]).toEqual([[], 0, [{ kind: 'stopped' }]])
  })
})

describe('the watchdog', () => {
  it('gives up a stream on which nothing arrives any more', async () => {
    const { socket, clock, endings } = connect(FakeSocket, 20_000)
    socket.open()
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(19_000)
      socket.send(new Uint8Array(1))
    }
    expect(endings).toEqual([])
    await clock.advance(20_000)
    expect(endings).toEqual([{ kind: 'silent', ms: 20_000 }])
    expect(socket.isCut).toBe(true)
  })

  it('gives up a connection that does not open', async () => {
    const { clock, endings } = connect(FakeSocket)
    await clock.advance(60_000)
    expect(endings).toEqual([{ kind: 'silent', ms: 60_000 }])
  })

  it('pings a silent server, where the socket can', async () => {
    const { socket, clock, endings } = connect(FakeNodeSocket)
    socket.open()
    for (let round = 1; round <= 10; round++) {
      await clock.advance(5_000)
      expect(socket.pings).toBe(round)
      socket.answer('pong')
    }
    expect(endings).toEqual([])
    await clock.advance(10_000)
    expect(endings).toEqual([{ kind: 'silent', ms: 10_000 }])
  })

  it('takes a ping for a sign of life', async () => {
    const { socket, clock, endings } = connect(FakeNodeSocket)
    socket.open()
    for (let round = 0; round < 10; round++) {
      await clock.advance(9_000)
      socket.answer('ping')
    }
    expect(endings).toEqual([])
  })

  it('leaves a paused stream alone', async () => {
    const { socket, clock, endings, connection } = connect(FakeNodeSocket)
    socket.open()
    expect([connection.pause(), socket.isPaused]).toEqual([true, true])
    await clock.advance(100_000)
    expect(endings).toEqual([])
    connection.resume()
    expect(socket.isPaused).toBe(false)
    await clock.advance(10_000)
    expect(endings).toEqual([{ kind: 'silent', ms: 10_000 }])
  })

  it('says when a socket cannot stop reading', () => {
    expect(connect(FakeSocket).connection.pause()).toBe(false)
  })
})
