import { cidOfOperation, didOfGenesis, type PlcOperation } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import type { NewEntry, PlcStore, SequencedEntry } from './plc-store.ts'

export interface OpenedPlcStore {
  store: PlcStore
  /**
   * Ends the store as a crash would, and opens what it left; absent for a store that leaves
   * nothing.
   */
  reopen?: () => Promise<PlcStore>
  close: () => Promise<void>
}

/**
 * An entry for a store, which does not check signatures. `number` makes it different from others.
 */
export function unsignedEntry(number: number, did?: Did, nullifies: NewEntry['nullifies'] = []): NewEntry {
  const operation: PlcOperation = {
    type: 'plc_operation',
    rotationKeys: [],
    verificationMethods: {},
    alsoKnownAs: [`at://user${number}.test`],
    services: {},
    prev: null,
    sig: '',
  }
  const createdAt = new Date(Date.UTC(2026, 0, 1) + number).toISOString()
  return { did: did ?? didOfGenesis(operation), operation, cid: cidOfOperation(operation), nullifies, createdAt }
}

/**
 * The rules of `PlcStore`, as tests for any implementation. `open` gives a fresh store each time.
 */
export function plcStoreSuite(name: string, open: () => Promise<OpenedPlcStore>): void {
  const using = (work: (opened: OpenedPlcStore) => Promise<void>) => async () => {
    const opened = await open()
    try {
      await work(opened)
    } finally {
      await opened.close()
    }
  }
  const numbersOf = (entries: SequencedEntry[]) => entries.map((entry) => entry.seq)

  describe(`PLC store: ${name}`, () => {
    it(
      'knows nothing at first',
      using(async ({ store }) => {
        expect(await store.entries('did:plc:ewvi7nxzyoun6zhxrhs64oiz')).toEqual([])
        expect(await store.exportAfter(0, 10)).toEqual([])
        expect(await store.exportSince('', 10)).toEqual([])
        expect(await store.last()).toBeUndefined()
      }),
    )

    it(
      'keeps the entries of each DID in order, and numbers all of them',
      using(async ({ store }) => {
        const [a, b] = [unsignedEntry(1), unsignedEntry(2)]
        const next = unsignedEntry(3, a.did)
        expect([await store.append(a, 0), await store.append(b, 0), await store.append(next, 1)]).toEqual([
          true,
          true,
          true,
        ])
        const { nullifies: _, ...kept } = next
        expect((await store.entries(a.did))[1]).toEqual({ ...kept, nullified: false, seq: 3 })
        expect(numbersOf(await store.entries(a.did))).toEqual([1, 3])
        expect(numbersOf(await store.entries(b.did))).toEqual([2])
        expect(await store.last()).toEqual({ ...kept, nullified: false, seq: 3 })
      }),
    )

    it(
      'keeps nothing when the log has another length than expected',
      using(async ({ store }) => {
        const entry = unsignedEntry(1)
        expect(await store.append(entry, 1)).toBe(false)
        await store.append(entry, 0)
        expect(await store.append(unsignedEntry(2, entry.did), 0)).toBe(false)
        expect(await store.append(unsignedEntry(2, entry.did), 2)).toBe(false)
        expect(await store.exportAfter(0, 10)).toHaveLength(1)
      }),
    )

    it(
      'lets exactly one of those win who append at the same place',
      using(async ({ store }) => {
        const { did } = unsignedEntry(0)
        const outcomes = await Promise.all(Array.from({ length: 10 }, (_, i) => store.append(unsignedEntry(i, did), 0)))
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        expect(await store.entries(did)).toHaveLength(1)
      }),
    )

    it(
      'marks what an entry undoes, in logs and in exports',
      using(async ({ store }) => {
        const [first, second] = [unsignedEntry(1), unsignedEntry(2, unsignedEntry(1).did)]
        await store.append(first, 0)
        await store.append(second, 1)
        await store.append(unsignedEntry(3, first.did, [second.cid]), 2)
        const marks = [false, true, false]
        expect((await store.entries(first.did)).map((entry) => entry.nullified)).toEqual(marks)
        expect((await store.exportAfter(0, 10)).map((entry) => entry.nullified)).toEqual(marks)
      }),
    )

    it(
      'exports pages from after a number and from after a time',
      using(async ({ store }) => {
        const entries = Array.from({ length: 5 }, (_, i) => unsignedEntry(i))
        for (const entry of entries) await store.append(entry, 0)
        expect(numbersOf(await store.exportAfter(0, 2))).toEqual([1, 2])
        expect(numbersOf(await store.exportAfter(2, 10))).toEqual([3, 4, 5])
        expect(numbersOf(await store.exportAfter(9, 10))).toEqual([])
        expect(numbersOf(await store.exportSince('', 2))).toEqual([1, 2])
        expect(numbersOf(await store.exportSince(entries[2]!.createdAt, 10))).toEqual([4, 5])
        expect(numbersOf(await store.exportSince('2030-01-01T00:00:00.000Z', 10))).toEqual([])
      }),
    )

    it(
      'takes many appends at once',
      using(async ({ store }) => {
        const outcomes = await Promise.all(Array.from({ length: 300 }, (_, i) => store.append(unsignedEntry(i), 0)))
        expect(outcomes.every(Boolean)).toBe(true)
        expect(numbersOf(await store.exportAfter(0, 1000))).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
      }),
    )

    it(
      'hands out copies',
      using(async ({ store }) => {
        const entry = unsignedEntry(1)
        await store.append(entry, 0)
        for (const found of await store.entries(entry.did)) found.nullified = true
        Object.assign((await store.last()) ?? {}, { nullified: true })
        expect((await store.entries(entry.did))[0]?.nullified).toBe(false)
      }),
    )

    it(
      'has everything that it acknowledged after a crash',
      using(async ({ store, reopen }) => {
        if (!reopen) return
        const first = unsignedEntry(1)
        const second = unsignedEntry(2, first.did)
        await store.append(first, 0)
        await store.append(second, 1)
        await store.append(unsignedEntry(3, first.did, [second.cid]), 2)
        await Promise.all(Array.from({ length: 50 }, (_, i) => store.append(unsignedEntry(10 + i), 0)))
        const before = await store.exportAfter(0, 100)
        expect(await (await reopen()).exportAfter(0, 100)).toEqual(before)
      }),
    )
  })
}
