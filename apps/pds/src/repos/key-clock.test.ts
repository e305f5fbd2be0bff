import { MemoryStorage, MemoryTables } from '@atoll/storage'
import { type Did, type Tid, tidMicroseconds } from '@atoll/syntax'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { KeyClock } from './key-clock.ts'

const did: Did = 'did:web:a.test'
const start = Date.UTC(2026, 0, 1)
const hour = 3_600_000
const day = 24 * hour

let time: number
let storage: MemoryStorage
let clock: KeyClock
const restart = async () => {
  clock = await KeyClock.open(storage, { now: () => time })
}
/** One key that is stored for good. */
async function store(): Promise<Tid> {
  const key = clock.next()
  const durable = await storage.transact(did, (tx) => clock.keep(tx))
  durable()
  return key
}
const isRising = (keys: readonly Tid[]) => keys.every((key, index) => index === 0 || keys[index - 1]! < key)

beforeEach(async () => {
  time = start
  storage = new MemoryStorage({ tables: new MemoryTables() })
  await restart()
})

describe('the clock of record keys', () => {
  it('rises through steps of the machine clock and restarts, in any order', async () => {
    const step = fc.record({ by: fc.constantFrom(0, 1, 20_000, -hour, day, -day), isRestart: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        time = start
        storage = new MemoryStorage()
        await restart()
        const keys: Tid[] = []
        for (const { by, isRestart } of steps) {
          time += by
          if (isRestart) await restart()
          keys.push(await store(), await store())
        }
        expect(isRising(keys)).toBe(true)
      }),
    )
  })

  it('goes on rising after a day forward and back, by a microsecond a key and not by another day', async () => {
    time += day
    const ahead = await store()
    time -= day
    await restart()
    const keys: Tid[] = []
    for (let count = 0; count < 100; count++) keys.push(await store())
    expect(isRising([ahead, ...keys])).toBe(true)
    expect(tidMicroseconds(keys.at(-1)!) - tidMicroseconds(ahead)).toBeLessThan(11_000_000)
  })

  it('tells the time as soon as that is past the mark', async () => {
    await store()
    time += 60_000
    await restart()
    expect(tidMicroseconds(clock.next())).toBe(time * 1000)
  })

  it('moves the mark once for many keys', async () => {
    let marks = 0
    const count = async () => {
      clock.next()
      const durable = await storage.transact(did, (tx) =>
        clock.keep({ state: { ...tx.state, set: () => void marks++ } }),
      )
      durable()
    }
    for (let key = 0; key < 100; key++, time += 90) await count()
    expect(marks).toBe(1)
    time += 1100
    await count()
    expect(marks).toBe(2)
  })

  it('tries again when the transaction with the mark failed', async () => {
    clock.next()
    await storage
      .transact(did, (tx) => {
        clock.keep(tx)
        throw new Error('not now')
      })
      .catch(() => undefined)
    const key = await store()
    time -= hour
    await restart()
    expect(clock.next() > key).toBe(true)
  })
})
