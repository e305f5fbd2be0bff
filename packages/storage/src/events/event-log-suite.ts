import type { Did } from '@atoll/syntax'
import { expect } from 'vitest'
import { alice, bob, hex, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { EventPart, StoredEvent } from './event-log.ts'
import { withSeq } from './numbered-frame.ts'
import { event, textOf } from './sample-event.ts'

const hour = 3_600_000

/** The rules of `EventLog` and `EventWrites`. */
export function eventLogSuite(name: string, open: OpenStorage<EventPart>, except: Exceptions = {}): void {
  describeRules(`${name}: event log`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('is empty at first, with a last number that the first event follows', async () => {
      const storage = await fresh()
      const last = await storage.events.last()
      expect(await storage.events.horizon()).toBe(0)
      expect(await storage.events.page({ after: 0, limit: 10 })).toEqual([])
      await append(storage, alice, 'one')
      expect(await numbers(storage)).toEqual([last + 1])
    })

    rule('numbers events in the order they were appended and committed', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.events.append(event(alice, 'one'))
        tx.events.append(event(alice, 'two'))
      })
      await append(storage, bob, 'three')
      const events = await storage.events.page({ after: 0, limit: 10 })
      expect(events.map((stored) => stored.seq)).toEqual([0, 1, 2].map((n) => events[0]!.seq + n))
      expect(events.map(textOf)).toEqual(['one', 'two', 'three'])
      expect(await storage.events.last()).toBe(events[2]!.seq)
    })

    rule('keeps every field, and the frame with the number in it', async () => {
      const storage = await fresh()
      const appended = event(alice, 'one', time(7))
      await storage.transact(alice, (tx) => tx.events.append(appended))
      const [stored] = await storage.events.page({ after: 0, limit: 1 })
      expect(stored).toMatchObject({ did: alice, kind: 'commit', time: time(7) })
      expect(hex(stored!.frame)).toBe(hex(withSeq(appended.frame, stored!.seq)))
    })

    rule('pages by number, exclusive, ascending', async () => {
      const storage = await fresh()
      for (let n = 0; n < 7; n++) await append(storage, alice, `event ${n}`)
      const all = await numbers(storage)
      expect((await storage.events.page({ after: all[2]!, limit: 3 })).map((found) => found.seq)).toEqual(
        all.slice(3, 6),
      )
      expect(await storage.events.page({ after: all[6]!, limit: 3 })).toEqual([])
    })

    rule('ends a page with the event that reaches the number of bytes asked for', async () => {
      const storage = await fresh()
      for (let n = 0; n < 7; n++) await append(storage, alice, 'x'.repeat(1000))
      const page = async (maxBytes: number) => (await storage.events.page({ after: 0, limit: 5, maxBytes })).length
      expect(await page(1)).toBe(1)
      expect(await page(2500)).toBe(3)
      expect(await page(1_000_000)).toBe(5)
    })

    rule('calls listeners with every durable event once and in order, before the append resolves', async () => {
      const storage = await fresh()
      await append(storage, alice, 'before')
      const heard: StoredEvent[] = []
      storage.events.onAppend((events) => heard.push(...events))
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          await append(storage, n % 2 ? alice : bob, `event ${n}`)
          expect(heard.map(textOf)).toContain(`event ${n}`)
        }),
      )
      const stored = (await storage.events.page({ after: 0, limit: 100 })).slice(1)
      expect(heard.map((found) => found.seq)).toEqual(stored.map((found) => found.seq))
      expect(heard.map(textOf)).toEqual(stored.map(textOf))
    })

    rule('shows an event in pages by the time listeners hear of it', async () => {
      const storage = await fresh()
      const pages: Promise<StoredEvent[]>[] = []
      storage.events.onAppend((events) => pages.push(storage.events.page({ after: events[0]!.seq - 1, limit: 1 })))
      await append(storage, alice, 'one')
      expect((await Promise.all(pages)).flat().map(textOf)).toEqual(['one'])
    })

    rule('stops telling a listener that left', async () => {
      const storage = await fresh()
      const heard: string[] = []
      const leave = storage.events.onAppend((events) => heard.push(...events.map(textOf)))
      const other: string[] = []
      storage.events.onAppend((events) => other.push(...events.map(textOf)))
      await append(storage, alice, 'one')
      leave()
      leave()
      await append(storage, alice, 'two')
      expect(heard).toEqual(['one'])
      expect(other).toEqual(['one', 'two'])
    })

    rule('removes the earlier events of a DID, and keeps what the same transaction appends', async () => {
      const storage = await fresh()
      for (const did of [alice, bob, alice]) await append(storage, did, `of ${did}`)
      await storage.transact(alice, (tx) => {
        tx.events.append(event(alice, 'first word'))
        tx.events.removeOf(alice)
        tx.events.append(event(alice, 'last word'))
      })
      expect(await texts(storage)).toEqual([`of ${bob}`, 'first word', 'last word'])
    })

    rule('never gives a number again, though the newest events were removed', async () => {
      const { storage, reopen } = await opened({ now: () => hour })
      for (let n = 0; n < 3; n++) await append(storage, alice, `event ${n}`)
      const last = await storage.events.last()
      await storage.transact(alice, (tx) => tx.events.removeOf(alice))
      expect(await storage.events.last()).toBe(last)
      const again = await reopen()
      await append(again, bob, 'next')
      expect(await numbers(again)).toEqual([last + 1])
    })

    rule('never goes back, though the clock did', async () => {
      let now = Date.UTC(2026, 0, 1)
      const { storage, reopen } = await opened({ now: () => now })
      await append(storage, alice, 'one')
      const last = await storage.events.last()
      now -= 24 * hour
      const again = await reopen()
      expect(await again.events.last()).toBe(last)
      await append(again, alice, 'two')
      expect(await numbers(again)).toEqual([last, last + 1])
    })

    rule('continues above all that was given when an older copy is opened later', async () => {
      let now = Date.UTC(2026, 0, 1)
      const { storage, reopen } = await opened({ now: () => now })
      await append(storage, alice, 'one')
      const before = await storage.events.last()
      now += hour
      const copy = await reopen()
      expect(await copy.events.last()).toBeGreaterThan(before + 1_000_000)
      await append(copy, alice, 'two')
      const [, second] = await numbers(copy)
      expect(second).toBeGreaterThan(before + 1_000_000)
    })

    rule('trims events from the oldest to the first that is young enough', async () => {
      const storage = await fresh()
      for (const n of [1, 2, 5, 3, 9]) await append(storage, alice, `at ${n}`, n)
      const [, second, third] = await numbers(storage)
      expect(await storage.events.trim({ before: time(4) })).toBe(2)
      expect(await texts(storage)).toEqual(['at 5', 'at 3', 'at 9'])
      expect(await storage.events.horizon()).toBeGreaterThanOrEqual(second!)
      expect(await storage.events.horizon()).toBeLessThan(third!)
      expect(await storage.events.trim({ before: time(4) })).toBe(0)
    })

    rule('trims everything when nothing is young enough, and never gives those numbers again', async () => {
      const { storage, reopen } = await opened({ now: () => hour })
      for (let n = 0; n < 5; n++) await append(storage, alice, `event ${n}`)
      const last = await storage.events.last()
      expect(await storage.events.trim({ before: time(100) })).toBe(5)
      expect(await storage.events.last()).toBe(last)
      expect(await storage.events.horizon()).toBe(last)
      const again = await reopen()
      expect(await again.events.horizon()).toBe(last)
      await append(again, alice, 'next')
      expect(await numbers(again)).toEqual([last + 1])
    })

    rule('trims more events than one transaction takes', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (let n = 0; n < 2500; n++) tx.events.append(event(alice, `event ${n}`, time(1)))
        tx.events.append(event(alice, 'young', time(9)))
      })
      expect(await storage.events.trim({ before: time(5) })).toBe(2500)
      expect(await texts(storage)).toEqual(['young'])
    })

    rule('keeps events through a crash', async () => {
      const { storage, reopen } = await opened()
      for (let n = 0; n < 5; n++) await append(storage, alice, `event ${n}`)
      const before = await numbers(storage)
      const again = await reopen()
      expect(await numbers(again)).toEqual(before)
      expect(await again.events.last()).toBeGreaterThanOrEqual(before.at(-1)!)
    })
  })
}

async function append(storage: StorageOf<EventPart>, did: Did, text: string, at = 0): Promise<void> {
  await storage.transact(did, (tx) => tx.events.append(event(did, text, time(at))))
}

async function numbers(storage: StorageOf<EventPart>): Promise<number[]> {
  return (await storage.events.page({ after: 0, limit: 1000 })).map((stored) => stored.seq)
}

async function texts(storage: StorageOf<EventPart>): Promise<string[]> {
  return (await storage.events.page({ after: 0, limit: 1000 })).map(textOf)
}
