import { FakeNodeSocket, FakeSocket, settled, socketsOf } from '@atoll/testkit'
import { encodeErrorFrame, encodeMessageFrame, InvalidServiceError } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { follow } from '../../test/consumer.ts'
import { didOf, frameOf, gate, MemoryCursorStore, seqOf } from '../../test/events.ts'
import { createFirehoseConsumer } from './consumer.ts'
import type { FirehoseEvent } from './firehose-event.ts'

describe('a consumer', () => {
  it('tries again when a connection could not be opened', async () => {
    const error = new Error('no network')
    const webSocket = () => {
      throw error
    }
    const { noticed, clock } = await follow({ webSocket })
    const ending = { kind: 'closed', code: 1006, reason: 'Error: no network' }
    expect(noticed('disconnected')).toEqual([{ kind: 'disconnected', ending, error, retryInMs: 1000 }])
    expect(clock.waits).toEqual([1000])
  })

  it('connects to the firehose of the service, from the cursor that is stored', async () => {
    const { latest } = await follow({ stored: 41 })
    expect(latest().url).toBe('wss://relay.test/xrpc/com.atproto.sync.subscribeRepos?cursor=41')
  })

  it('begins with what is new, or with the oldest that there is', async () => {
    expect((await follow()).latest().cursor).toBeUndefined()
    expect((await follow({ start: 'oldest' })).latest().cursor).toBe(0)
    expect((await follow({ stored: 0 })).latest().cursor).toBe(0)
    expect((await follow({ service: new URL('ws://localhost:2470/path?x') })).latest().url).toBe(
      'ws://localhost:2470/xrpc/com.atproto.sync.subscribeRepos',
    )
  })

  it('refuses what is no service at once', () => {
    const options = { cursorStore: new MemoryCursorStore(), onEvent: () => {} }
    expect(() => createFirehoseConsumer({ ...options, service: 'relay.test' })).toThrow("write 'https://relay.test'")
    for (const service of ['relay.test', 'ftp://relay.test', 'wss://alice:secret@relay.test']) {
      expect(() => createFirehoseConsumer({ ...options, service })).toThrow(InvalidServiceError)
    }
  })

  it('hands over events with their frames, and saves the cursor', async () => {
    const events: FirehoseEvent[] = []
    const { latest, clock, store, consumer } = await follow({ onEvent: (event) => void events.push(event) })
    latest().open().send(frameOf(3, 'a'), frameOf(9, 'b'))
    await settled()
    expect(events).toMatchObject([
      { kind: 'account', message: { kind: 'account', seq: 3, did: didOf('a') } },
      { kind: 'account', message: { kind: 'account', seq: 9, did: didOf('b') } },
    ])
    expect(events[0]?.frame).toEqual(new Uint8Array(frameOf(3, 'a')))
    expect(consumer.cursor).toBe(9)
    await clock.advance(1000)
    expect(store.saves).toEqual([9])
  })

  it('takes options and handlers from an instance of a class', async () => {
    const { webSocket, latest } = socketsOf(FakeNodeSocket)
    class Options {
      readonly service = 'https://relay.test'
      readonly cursorStore = new MemoryCursorStore()
      readonly webSocket = webSocket
      onEvent(event: FirehoseEvent) {
        handled.push(seqOf(event))
      }
    }
    const handled: number[] = []
    const consumer = createFirehoseConsumer(new Options())
    const run = consumer.run()
    await settled()
    latest().open().send(frameOf(1, 'a'))
    await settled()
    expect(handled).toEqual([1])
    await consumer.close()
    await run
  })

  it('hands over the messages of older generations', async () => {
    const events: FirehoseEvent[] = []
    const { latest } = await follow({ onEvent: (event) => void events.push(event) })
    const body = { seq: 1, did: didOf('a'), time: '2023-01-02T03:04:05Z' }
    latest().open().send(encodeMessageFrame('#tombstone', body))
    await settled()
    expect(events).toMatchObject([{ kind: 'legacy', message: { kind: 'tombstone', seq: 1 } }])
  })

  it('passes over what it does not know, and tells of what it refuses', async () => {
    const { latest, handled, noticed } = await follow()
    const unknown = encodeMessageFrame('#moved', { seq: 1 })
    latest()
      .open()
      .send(unknown, 'text', new Uint8Array([1]), frameOf(2), frameOf(2), frameOf(1), frameOf(3))
    await settled()
    expect(handled).toEqual([2, 3])
    expect(noticed('discarded')).toMatchObject([
      { outcome: 'reject', rule: 'frame', reason: 'a text message' },
      { outcome: 'reject', rule: 'frame' },
      { outcome: 'drop', rule: 'seq', seq: 2 },
      { outcome: 'drop', rule: 'seq', seq: 1 },
    ])
  })

  it('moves on past a message that has not the right form', async () => {
    const { latest, clock, store, noticed } = await follow()
    latest()
      .open()
      .send(frameOf(2), encodeMessageFrame('#account', { seq: 7 }))
    latest().drop()
    await clock.advance(1000)
    expect(noticed('discarded')).toMatchObject([{ rule: 'form', seq: 7 }])
    expect(store.saves).toEqual([7])
    expect(latest().cursor).toBe(7)
  })

  it('processes the events of one account in order, and those of others meanwhile', async () => {
    const slow = gate()
    const done: number[] = []
    const onEvent = async (event: FirehoseEvent) => {
      if (seqOf(event) === 1) await slow.opened
      done.push(seqOf(event))
    }
    const { latest, clock, store, consumer } = await follow({ onEvent })
    latest().open().send(frameOf(1, 'a'), frameOf(2, 'b'), frameOf(3, 'a'), frameOf(4, 'c'))
    await clock.advance(1000)
    expect(done).toEqual([2, 4])
    expect([consumer.cursor, store.saves]).toEqual([undefined, []])
    slow.open()
    await clock.advance(1000)
    expect(done).toEqual([2, 4, 1, 3])
    expect(store.saves).toEqual([4])
  })
})

describe('a consumer that is closed', () => {
  it('lets handlers finish, drops what waits, saves the cursor and leaves nothing behind', async () => {
    const slow = gate()
    const done: number[] = []
    const onEvent = async (event: FirehoseEvent) => {
      if (seqOf(event) === 2) await slow.opened
      done.push(seqOf(event))
    }
    const { latest, clock, store, consumer, outcome } = await follow({ onEvent })
    latest().open().send(frameOf(1, 'a'), frameOf(2, 'a'), frameOf(3, 'a'))
    await settled()
    const closed = consumer.close()
    expect(latest().isCut).toBe(true)
    latest().send(frameOf(4, 'b'))
    await settled()
    expect(outcome()).toBeUndefined()
    slow.open()
    await closed
    expect([done, store.saves, clock.waits, outcome()]).toEqual([[1, 2], [2], [], 'ended'])
  })

  it('ends by its signal as well, also while it waits to connect again', async () => {
    const stop = new AbortController()
    const { latest, clock, sockets, run, outcome } = await follow({ signal: stop.signal })
    latest().drop()
    await settled()
    stop.abort()
    await run
    expect([outcome(), clock.waits, sockets.length]).toEqual(['ended', [], 1])
    const late = await follow({ signal: stop.signal })
    expect([late.outcome(), late.sockets]).toEqual(['ended', []])
  })

  it('may be closed before it ran', async () => {
    const consumer = createFirehoseConsumer({
      service: 'wss://relay.test',
      cursorStore: new MemoryCursorStore(),
      onEvent: () => {},
    })
    await consumer.close()
    await consumer.run()
  })
})

describe('a consumer that crashes', () => {
  it('gets again what was under way, and nothing that the saved cursor covers', async () => {
    const never = gate()
    const onEvent = (event: FirehoseEvent) => (seqOf(event) === 3 ? never.opened : undefined)
    const crashed = await follow({ onEvent, saveEveryMs: 1 })
    crashed.latest().open().send(frameOf(1, 'a'), frameOf(2, 'b'), frameOf(3, 'a'), frameOf(4, 'b'))
    await crashed.clock.advance(1)
    expect(crashed.store.value).toBe(2)
    // Nobody closes it: all that is left is the store.
    const next = await follow({ cursorStore: crashed.store })
    expect(next.latest().cursor).toBe(2)
    next.latest().open().send(frameOf(3, 'a'), frameOf(4, 'b'))
    await settled()
    expect(next.handled).toEqual([3, 4])
  })
})

describe('a connection that ends', () => {
  it('is followed by another, from the last event that arrived', async () => {
    const { latest, clock, sockets, handled } = await follow()
    latest().open().send(frameOf(1), frameOf(5))
    latest().drop()
    await clock.advance(1000)
    expect([sockets.length, latest().cursor]).toEqual([2, 5])
    latest().open().send(frameOf(5), frameOf(6))
    await settled()
    expect(handled).toEqual([1, 5, 6])
  })

  it('is waited for twice as long each time that nothing comes, up to half a minute', async () => {
    const { latest, clock, noticed } = await follow({ idleTimeoutMs: 1e9 })
    for (let count = 0; count < 7; count++) {
      latest().drop(1006)
      await clock.advance(30_000)
    }
    const waits = noticed('disconnected').map(({ retryInMs }) => retryInMs)
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    latest().open().send(frameOf(1))
    latest().drop()
    await settled()
    expect(noticed('disconnected').at(-1)?.retryInMs).toBe(1000)
  })

  it('counts as a success when it held for long', async () => {
    const { latest, clock, noticed } = await follow({ idleTimeoutMs: 1e9 })
    latest().drop()
    await clock.advance(1000)
    await clock.advance(30_000)
    latest().drop()
    await settled()
    expect(noticed('disconnected').map(({ retryInMs }) => retryInMs)).toEqual([1000, 1000])
  })

  it('because the stream died silently is told, and followed by another', async () => {
    const { latest, clock, sockets, noticed } = await follow()
    latest().open().send(frameOf(1))
    await clock.advance(10_000)
    expect(noticed('disconnected')).toMatchObject([{ ending: { kind: 'silent', ms: 10_000 } }])
    await clock.advance(1000)
    expect([sockets.length, latest().cursor]).toEqual([2, 1])
  })

  it('because the consumer was too slow is told, and followed by another', async () => {
    const { latest, clock, sockets, noticed } = await follow()
    latest().open().send(frameOf(1), encodeErrorFrame('ConsumerTooSlow', 'too slow'))
    await clock.advance(1000)
    expect(noticed('disconnected')).toMatchObject([
      { ending: { kind: 'error-frame', error: 'ConsumerTooSlow', message: 'too slow' } },
    ])
    expect([sockets.length, latest().cursor]).toEqual([2, 1])
  })

  it('because of a frame that is too large is told, and not passed over', async () => {
    const { latest, clock, noticed, handled } = await follow()
    latest().open().send(frameOf(1), new Uint8Array(5_000_001), frameOf(3))
    await clock.advance(1000)
    expect(noticed('disconnected')).toMatchObject([{ ending: { kind: 'oversized' } }])
    expect([handled, latest().cursor]).toEqual([[1], 1])
  })
})

describe('the cursor', () => {
  it('that is too old is told, and the stream goes on', async () => {
    const { latest, noticed, handled } = await follow({ stored: 4 })
    latest()
      .open()
      .send(encodeMessageFrame('#info', { name: 'OutdatedCursor' }), frameOf(90))
    await settled()
    expect(noticed('info')).toEqual([{ kind: 'info', info: { name: 'OutdatedCursor' }, cursor: 4 }])
    expect(handled).toEqual([90])
  })

  it('from the future makes the stream begin again with the oldest event', async () => {
    const { latest, clock, handled, store } = await follow({ stored: 500 })
    latest().open().send(encodeErrorFrame('FutureCursor'))
    await clock.advance(1000)
    expect(latest().cursor).toBe(0)
    latest().open().send(frameOf(3))
    await clock.advance(1000)
    expect([handled, store.value]).toEqual([[3], 3])
  })

  it('above the events that come is one from the future as well', async () => {
    const { latest, clock, handled, noticed } = await follow({ stored: 500 })
    latest().open().send(frameOf(3))
    await clock.advance(1000)
    expect(noticed('disconnected')).toMatchObject([{ ending: { kind: 'went-back', seq: 3, cursor: 500 } }])
    expect([handled, latest().cursor]).toEqual([[], 0])
  })

  it('from the future can mean to go on with what is new, or to end', async () => {
    const live = await follow({ stored: 500, onFutureCursor: 'live' })
    live.latest().open().send(encodeErrorFrame('FutureCursor'))
    await live.clock.advance(1000)
    expect(live.latest().cursor).toBeUndefined()
    const stop = await follow({ stored: 500, onFutureCursor: 'stop' })
    stop.latest().open().send(encodeErrorFrame('FutureCursor', 'no event 500'))
    await stop.run
    expect(stop.outcome()).toMatchObject({ name: 'StreamError', error: 'FutureCursor', message: 'no event 500' })
    expect(stop.store.saves).toEqual([])
  })

  it('goes back by the overlap, and what was seen is left out', async () => {
    const { latest, clock, handled } = await follow({ overlap: 10 })
    latest().open().send(frameOf(20), frameOf(21), frameOf(25))
    latest().drop()
    await clock.advance(1000)
    expect(latest().cursor).toBe(15)
    latest().open().send(frameOf(20), frameOf(21), frameOf(23), frameOf(25), frameOf(26))
    await settled()
    expect(handled).toEqual([20, 21, 25, 23, 26])
  })

  it('that could not be saved is told', async () => {
    const cursorStore = {
      load: () => 1,
      save: () => {
        throw new Error('disk full')
      },
    }
    const { latest, clock, noticed } = await follow({ cursorStore })
    latest().open().send(frameOf(2))
    await clock.advance(1000)
    expect(noticed('cursor-unsaved')).toHaveLength(1)
  })

  it('that cannot be loaded ends the consumer', async () => {
    const load = () => Promise.reject(new Error('no disk'))
    const { outcome, sockets } = await follow({ cursorStore: { load, save: () => {} } })
    expect([String(outcome()), sockets.length]).toEqual(['Error: no disk', 0])
  })
})

describe('a handler that fails', () => {
  const failing = (times: number) => {
    const calls: number[] = []
    const onEvent = (event: FirehoseEvent) => {
      calls.push(seqOf(event))
      if (seqOf(event) === 2 && calls.filter((seq) => seq === 2).length <= times) throw new Error('no database')
    }
    return { calls, onEvent }
  }

  it('is called again after a while, before the next event of the account', async () => {
    const { calls, onEvent } = failing(2)
    const { latest, clock, noticed, consumer } = await follow({ onEvent, idleTimeoutMs: 1e9 })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3), frameOf(4, 'b'))
    await settled()
    expect([calls, consumer.cursor]).toEqual([[1, 4, 2], 1])
    await clock.advance(3000)
    expect([calls, consumer.cursor]).toEqual([[1, 4, 2, 2, 2, 3], 4])
    expect(noticed('failed')).toMatchObject([
      { stage: 'handle', attempt: 1, decision: 'retry', message: { seq: 2 } },
      { stage: 'handle', attempt: 2, decision: 'retry' },
    ])
  })

  it('for good ends the consumer, with the cursor before its event', async () => {
    const { calls, onEvent } = failing(1000)
    const { latest, clock, outcome, store } = await follow({ onEvent, idleTimeoutMs: 1e9 })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3), frameOf(4, 'b'))
    await clock.advance(60_000)
    expect(String(outcome())).toBe('Error: no database')
    expect(calls).toEqual([1, 4, 2, 2, 2, 2, 2])
    expect([store.value, clock.waits, latest().isCut]).toEqual([1, [], true])
  })

  it('can be told to skip the event', async () => {
    const { calls, onEvent } = failing(1000)
    const { latest, consumer, noticed } = await follow({ onEvent, onFailure: () => 'skip' })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3))
    await settled()
    expect([calls, consumer.cursor]).toEqual([[1, 2, 3], 3])
    expect(noticed('failed')).toMatchObject([{ decision: 'skip' }])
  })

  it('does not hold the place of others while it waits', async () => {
    const { calls, onEvent } = failing(3)
    const { latest } = await follow({ onEvent, concurrency: 1, idleTimeoutMs: 1e9 })
    latest().open().send(frameOf(2, 'a'), frameOf(3, 'b'), frameOf(4, 'c'))
    await settled()
    expect(calls).toEqual([2, 3, 4])
  })
})

describe('a hook that throws', () => {
  it('ends the consumer', async () => {
    const onNotice = () => {
      throw new Error('no log')
    }
    const { latest, run, outcome } = await follow({ onNotice })
    latest().open()
    await run
    expect(String(outcome())).toBe('Error: no log')
  })
})

describe('a consumer that falls behind', () => {
  const held = () => {
    const { opened, open } = gate()
    return { onEvent: () => opened, open }
  }
  const size = frameOf(1, 'x').length + 400

  it('stops reading where the socket can, and goes on at half of what it may hold', async () => {
    const { onEvent, open } = held()
    const { latest, sockets } = await follow({ onEvent, maxBufferedBytes: size * 4 })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3), frameOf(4))
    expect(latest()).toHaveProperty('isPaused', false)
    latest().send(frameOf(5))
    expect(latest()).toHaveProperty('isPaused', true)
    open()
    await settled()
    expect(latest()).toHaveProperty('isPaused', false)
    expect(sockets).toHaveLength(1)
  })

  it('cuts the connection where it cannot, and connects again when there is room', async () => {
    const { onEvent, open } = held()
    const { latest, sockets, noticed } = await follow({ onEvent, maxBufferedBytes: size * 2, kind: FakeSocket })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3), frameOf(4))
    await settled()
    expect(noticed('disconnected')).toMatchObject([{ ending: { kind: 'backlog' }, retryInMs: 0 }])
    expect(sockets).toHaveLength(1)
    open()
    await settled()
    expect([sockets.length, latest().cursor]).toEqual([2, 3])
  })

  it('keeps what waits as frames, and reads them again when their turn has come', async () => {
    const first = gate()
    const events: FirehoseEvent[] = []
    const onEvent = async (event: FirehoseEvent) => {
      events.push(event)
      await first.opened
    }
    // The socket hands over memory of the test's: what is read later shows what is in it then.
    const received: ArrayBuffer[] = []
    class SharingSocket extends FakeSocket {
      protected override emit(type: string, event: object): void {
        if ('data' in event) received.push(event.data as ArrayBuffer)
        super.emit(type, event)
      }
    }
    const { latest, consumer } = await follow({ onEvent, kind: SharingSocket })
    latest().open().send(frameOf(1), frameOf(2), frameOf(3))
    await settled()
    expect(events).toHaveLength(1)
    new Uint8Array(received[1]!).set(frameOf(2, 'b'))
    first.open()
    await settled()
    const seen = events.map(({ message }) => [message.seq, message.did])
    expect(seen).toEqual([1, 2, 3].map((seq) => [seq, didOf(seq === 2 ? 'b' : 'a')]))
    expect(consumer.cursor).toBe(3)
  })

  it('can be closed while it waits for room', async () => {
    const { onEvent, open } = held()
    const { latest, consumer, outcome } = await follow({ onEvent, maxBufferedBytes: 1, kind: FakeSocket })
    latest().open().send(frameOf(1))
    await settled()
    const closed = consumer.close()
    open()
    await closed
    expect(outcome()).toBe('ended')
  })
})
