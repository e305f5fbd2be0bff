import { type EventLog, MemoryPdsStorage, type NewEvent, type StoredEvent } from '@atoll/storage'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createSequencer, type Sequencer, type SequencerOptions } from './sequencer.ts'

const did = 'did:web:a.test'
const now = timeOf('2026-01-01T00:00:00.000Z')

describe('a subscription', () => {
  const open: Sequencer[] = []
  afterEach(async () => {
    for (const sequencer of open.splice(0)) await sequencer.close()
  })
  const setUp = (options: Partial<SequencerOptions> = {}) => {
    const storage = new MemoryPdsStorage()
    const sequencer = createSequencer({ events: storage.events, ...options })
    open.push(sequencer)
    return { storage, sequencer }
  }

  it('without a cursor gets events from now on, and none from before', async () => {
    const { storage, sequencer } = setUp()
    await append(storage, 3)
    const live = sequencer.subscribe()
    const expected = await append(storage, 3)
    expect(await take(live, 3)).toEqual(expected)
  })

  it('with a cursor gets everything after it, from the log and then live, each once and in order', async () => {
    const { storage, sequencer } = setUp({ pageEvents: 4 })
    const first = await append(storage, 10)
    const fromStart = sequencer.subscribe({ cursor: 0 })
    const fromThird = sequencer.subscribe({ cursor: first[2]! })
    const atTheEnd = sequencer.subscribe({ cursor: first[9]! })
    expect(await take(fromStart, 10)).toEqual(first)
    const later = await append(storage, 5)
    expect(await take(fromStart, 5)).toEqual(later)
    expect(await take(fromThird, 12)).toEqual([...first.slice(3), ...later])
    expect(await take(atTheEnd, 5)).toEqual(later)
  })

  it('crosses from the log to live without a gap or a repetition, whenever events come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20 }),
        fc.array(
          fc.oneof(
            fc.record({ append: fc.integer({ min: 1, max: 7 }) }),
            fc.record({ take: fc.integer({ min: 1, max: 7 }) }),
            fc.record({ turns: fc.integer({ min: 1, max: 5 }) }),
          ),
          { maxLength: 30 },
        ),
        fc.integer({ min: 1, max: 6 }),
        async (before, steps, pageEvents) => {
          const { storage, sequencer } = setUp({ pageEvents })
          const expected = await append(storage, before)
          const subscriber = sequencer.subscribe({ cursor: 0 })
          const seen: number[] = []
          const reading: Promise<void>[] = []
          for (const step of steps) {
            if ('append' in step) expected.push(...(await append(storage, step.append)))
            else if ('take' in step) reading.push(readInto(seen, subscriber, step.take))
            else for (let turn = 0; turn < step.turns; turn++) await Promise.resolve()
          }
          const done = readInto(seen, subscriber, expected.length)
          while (seen.length < expected.length) await new Promise(setImmediate)
          await subscriber.return?.()
          await Promise.all([done, ...reading])
          expect(seen).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('misses nothing that was appended while a page was being read', async () => {
    const storage = new MemoryPdsStorage()
    const log = slowly(storage.events)
    const sequencer = createSequencer({ events: log, pageEvents: 3 })
    open.push(sequencer)
    const expected = await append(storage, 5)
    const subscriber = sequencer.subscribe({ cursor: 0 })
    const seen: number[] = []
    const reading = readInto(seen, subscriber, 25)
    for (let round = 0; round < 20; round++) {
      await log.step()
      expected.push(...(await append(storage, 1)))
    }
    log.runFreely()
    await reading
    expect(seen).toEqual(expected)
  })

  it('gets an event once that it read in a page before listeners were called with it', async () => {
    const storage = new MemoryPdsStorage()
    const log = tellingLate(storage.events)
    const sequencer = createSequencer({ events: log })
    open.push(sequencer)
    const expected = await append(storage, 3)
    const subscriber = sequencer.subscribe({ cursor: 0 })
    expect(await take(subscriber, 3)).toEqual(expected)
    const next = subscriber.next()
    await new Promise(setImmediate)
    log.tell()
    const [more] = await append(storage, 1)
    log.tell()
    expect(seqOf((await next).value!)).toBe(more)
  })

  it('from the future is refused, and one at the very end is not', async () => {
    const { storage, sequencer } = setUp()
    const last = (await append(storage, 2)).at(-1)!
    await expect(sequencer.subscribe({ cursor: last + 1 }).next()).rejects.toMatchObject({
      name: 'FutureCursorError',
      cursor: last + 1,
      last,
    })
    const atTheEnd = sequencer.subscribe({ cursor: last })
    const expected = await append(storage, 1)
    expect(await take(atTheEnd, 1)).toEqual(expected)
  })

  it('treats a cursor among the numbers that a restart skipped as the end of the log', async () => {
    const { storage, sequencer } = setUp()
    const start = await storage.events.last()
    const subscriber = sequencer.subscribe({ cursor: start - 5 })
    const expected = await append(storage, 1)
    expect(await take(subscriber, 1)).toEqual(expected)
  })

  it('with a cursor older than the oldest event first gets the `outdated` frame, then that event', async () => {
    const { storage, sequencer } = setUp()
    const expected = await append(storage, 4)
    const outdated = new Uint8Array([0xf0])
    expect(await take(sequencer.subscribe({ cursor: 0, outdated }), 4)).toEqual(expected)
    await append(storage, 1, timeOf('2026-01-02T00:00:00.000Z'))
    await storage.events.trim({ before: timeOf('2026-01-01T12:00:00.000Z') })
    const subscriber = sequencer.subscribe({ cursor: expected[1]!, outdated })
    expect((await subscriber.next()).value).toBe(outdated)
    expect(await take(subscriber, 1)).toEqual([expected[3]! + 1])
    const inTime = sequencer.subscribe({ cursor: expected[3]!, outdated })
    expect(await take(inTime, 1)).toEqual([expected[3]! + 1])
  })

  it.each([0, -1, -5, Number.MIN_SAFE_INTEGER])(
    'with cursor %i gets everything, and is outdated only if events were trimmed',
    async (cursor) => {
      const { storage, sequencer } = setUp()
      const outdated = new Uint8Array([0xf0])
      const empty = sequencer.subscribe({ cursor, outdated })
      const expected = await append(storage, 3)
      expect(await take(empty, 3)).toEqual(expected)
      expect(await take(sequencer.subscribe({ cursor, outdated }), 3)).toEqual(expected)
      const [kept] = await append(storage, 1, timeOf('2026-01-02T00:00:00.000Z'))
      await storage.events.trim({ before: timeOf('2026-01-01T12:00:00.000Z') })
      const late = sequencer.subscribe({ cursor, outdated })
      expect((await late.next()).value).toBe(outdated)
      expect(await take(late, 1)).toEqual([kept])
    },
  )

  it('that reads nothing is cut when too many bytes are waiting, while others go on', async () => {
    const { storage, sequencer } = setUp({ maxBufferedBytes: 3000 })
    const slow = sequencer.subscribe()
    const fast = sequencer.subscribe()
    const expected: number[] = []
    const seen: number[] = []
    for (let n = 0; n < 10; n++) {
      expected.push(...(await append(storage, 1, now, 1000)))
      seen.push(...(await take(fast, 1)))
    }
    expect(seen).toEqual(expected)
    await expect(slow.next()).rejects.toMatchObject({ name: 'ConsumerTooSlowError' })
    expect((await slow.next()).done).toBe(true)
  })

  it('that reads nothing is cut when too many events are waiting, where that is limited', async () => {
    const { storage, sequencer } = setUp({ maxBufferedEvents: 5 })
    const heard: Error[] = []
    const slow = sequencer.subscribe({ onTooSlow: (error) => heard.push(error) })
    await append(storage, 6)
    expect(heard).toMatchObject([{ name: 'ConsumerTooSlowError' }])
    await expect(slow.next()).rejects.toMatchObject({ name: 'ConsumerTooSlowError' })
  })

  it('that is behind is never cut: it reads the log at its own pace', async () => {
    const { storage, sequencer } = setUp({ maxBufferedBytes: 3000, pageEvents: 2 })
    const expected = await append(storage, 5, now, 1000)
    const subscriber = sequencer.subscribe({ cursor: 0 })
    const seen = await take(subscriber, 1)
    expected.push(...(await append(storage, 20, now, 1000)))
    seen.push(...(await take(subscriber, 24)))
    expect(seen).toEqual(expected)
  })

  it('reads the log in pages of limited size', async () => {
    const storage = new MemoryPdsStorage()
    const sizes: number[] = []
    const events: Pick<EventLog, 'last' | 'horizon' | 'page' | 'onAppend'> = {
      last: () => storage.events.last(),
      horizon: () => storage.events.horizon(),
      onAppend: (listener) => storage.events.onAppend(listener),
      page: async (options) => {
        const page = await storage.events.page(options)
        sizes.push(page.reduce((sum, { frame }) => sum + frame.length, 0))
        return page
      },
    }
    const sequencer = createSequencer({ events, pageBytes: 2500 })
    open.push(sequencer)
    await append(storage, 10, now, 1000)
    await take(sequencer.subscribe({ cursor: 0 }), 10)
    expect(Math.max(...sizes)).toBeLessThan(3100)
  })

  it('gives every subscriber the same bytes', async () => {
    const { storage, sequencer } = setUp()
    const subscribers = Array.from({ length: 5 }, () => sequencer.subscribe())
    await append(storage, 1)
    const [first, ...others] = await Promise.all(subscribers.map(async (subscriber) => (await subscriber.next()).value))
    for (const other of others) expect(other).toBe(first)
  })

  it('ends when its signal says so, when it is returned, and when the sequencer is closed, waiting or not', async () => {
    const { sequencer } = setUp()
    const abort = new AbortController()
    const aborted = sequencer.subscribe({ signal: abort.signal })
    const returned = sequencer.subscribe({ cursor: 0 })
    const closed = sequencer.subscribe()
    const waiting = [aborted, returned, closed].map((subscriber) => subscriber.next())
    await new Promise(setImmediate)
    abort.abort()
    await returned.return?.()
    await sequencer.close()
    expect((await Promise.all(waiting)).every((result) => result.done)).toBe(true)
    for (const subscriber of [aborted, returned, closed]) expect((await subscriber.next()).done).toBe(true)
    expect((await sequencer.subscribe({ signal: abort.signal }).next()).done).toBe(true)
  })

  it('reports a log that cannot be read, and ends', async () => {
    const failure = new Error('disk gone')
    const storage = new MemoryPdsStorage()
    const events = { ...slowly(storage.events), page: () => Promise.reject(failure) }
    const sequencer = createSequencer({ events })
    open.push(sequencer)
    const subscriber = sequencer.subscribe({ cursor: 0 })
    await expect(subscriber.next()).rejects.toBe(failure)
    expect((await subscriber.next()).done).toBe(true)
  })
})

describe('a sequencer', () => {
  it('knows the last number, first from the log and then from what is appended', async () => {
    const storage = new MemoryPdsStorage()
    await append(storage, 3)
    const sequencer = createSequencer({ events: storage.events })
    await new Promise(setImmediate)
    expect(sequencer.last()).toBe(await storage.events.last())
    const [next] = await append(storage, 1)
    expect(sequencer.last()).toBe(next)
    await sequencer.close()
  })
})

/** Appends events whose frames contain their numbers; returns the numbers. */
async function append(storage: MemoryPdsStorage, count: number, time = now, bytes = 10): Promise<number[]> {
  const numbers: number[] = []
  for (let n = 0; n < count; n++) {
    const frame = { bytes: new Uint8Array(bytes), seqOffset: 0 }
    const event: NewEvent = { did, kind: 'commit', time, frame }
    await storage.transact(did, (tx) => tx.events.append(event))
    numbers.push(await storage.events.last())
  }
  return numbers
}

/** Stands for a value that was parsed elsewhere. */
function timeOf(text: string): NewEvent['time'] {
  return text as NewEvent['time']
}

async function take(subscriber: AsyncIterator<Uint8Array>, count: number): Promise<number[]> {
  const seen: number[] = []
  await readInto(seen, subscriber, count)
  return seen
}

async function readInto(seen: number[], subscriber: AsyncIterator<Uint8Array>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const result = await subscriber.next()
    if (result.done) return
    seen.push(seqOf(result.value))
  }
}

/** The number at the front of a sample frame, which is a nine-byte CBOR integer. */
function seqOf(frame: Uint8Array): number {
  return Number(new DataView(frame.buffer, frame.byteOffset).getBigUint64(1))
}

type Log = Pick<EventLog, 'last' | 'horizon' | 'page' | 'onAppend'>

/** A log that returns pages only when a test lets it, as they were when they were requested. */
function slowly(events: EventLog): Log & { step(): Promise<void>; runFreely(): void } {
  let held: (() => void)[] = []
  let free = false
  return {
    last: () => events.last(),
    horizon: () => events.horizon(),
    onAppend: (listener) => events.onAppend(listener),
    page: async (options) => {
      const page = await events.page(options)
      if (!free) await new Promise<void>((resolve) => held.push(resolve))
      return page
    },
    async step() {
      for (const release of held.splice(0)) release()
      await new Promise(setImmediate)
    },
    runFreely() {
      free = true
      for (const release of held) release()
      held = []
    },
  }
}

/** A log that calls its listeners only when a test says so. */
function tellingLate(events: EventLog): Log & { tell(): void } {
  const listeners: ((events: readonly StoredEvent[]) => void)[] = []
  let waiting: StoredEvent[] = []
  events.onAppend((appended) => waiting.push(...appended))
  return {
    last: () => events.last(),
    horizon: () => events.horizon(),
    page: (options) => events.page(options),
    onAppend: (listener) => {
      listeners.push(listener)
      return () => {}
    },
    tell() {
      const told = waiting
      waiting = []
      for (const listener of listeners) listener(told)
    },
  }
}
