import type { Cid } from '@atoll/data-model'
import { cidOfRaw } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { afterEach, expect } from 'vitest'
import { alice, bob, carol, collect, hex, sameBytes } from '../core/samples.ts'
import { describeRules, type Exceptions } from '../core/suite.ts'
import type { BlobStore } from './blob-store.ts'

/** A fresh blob store for one test. */
export interface OpenedBlobStore {
  store: BlobStore
  /** Opens what a crash at this moment would leave. */
  reopen(): Promise<BlobStore>
  close(): Promise<void>
  /**
   * Overwrites the permanent bytes of a blob without using the store, as a failing disk would.
   * Absent where that cannot be done.
   */
  damage?: (did: Did, cid: Cid) => Promise<void>
  /**
   * Removes the permanent bytes of a blob without using the store, as a restored backup would.
   * Absent where that cannot be done.
   */
  lose?: (did: Did, cid: Cid) => Promise<void>
}

export type OpenBlobStore = (options?: { now?: () => number }) => Promise<OpenedBlobStore>

/** The rules of `BlobStore`. */
export function blobStoreSuite(name: string, open: OpenBlobStore, except: Exceptions = {}): void {
  describeRules(`${name}: blob store`, except, (rule) => {
    const all: OpenedBlobStore[] = []
    afterEach(async () => {
      for (const one of all.splice(0)) await one.close()
    })
    const opened: OpenBlobStore = async (options) => {
      const one = await open(options)
      all.push(one)
      return one
    }
    const fresh = async () => (await opened()).store

    rule('hashes what it receives, and returns size and first bytes', async () => {
      const store = await fresh()
      const bytes = sample(300_000)
      const uploaded = await store.upload(alice, inChunks(bytes))
      expect(uploaded.cid.equals(cidOfRaw(bytes))).toBe(true)
      expect(uploaded.size).toBe(300_000)
      expect(hex(uploaded.head)).toBe(hex(bytes.subarray(0, uploaded.head.length)))
      expect(uploaded.head.length).toBeGreaterThanOrEqual(4100)
    })

    rule('serves an upload only after it was made permanent', async () => {
      const store = await fresh()
      const bytes = sample(100_000)
      const { cid } = await store.upload(alice, inChunks(bytes))
      expect(await store.get(alice, cid)).toBeUndefined()
      expect(await store.size(alice, cid)).toBe(100_000)
      await store.makePermanent(alice, [cid])
      expect(hex(await read(store, alice, cid))).toBe(hex(bytes))
      expect((await store.get(alice, cid))?.size).toBe(100_000)
      expect(await store.size(alice, cid)).toBe(100_000)
    })

    rule('keeps the blobs of accounts apart, whatever their DIDs look like', async () => {
      const store = await fresh()
      const odd = 'did:web:host%3A8080' as const
      for (const did of [alice, carol, odd]) await put(store, did, sample(10))
      const cid = cidOfRaw(sample(10))
      expect(await store.get(bob, cid)).toBeUndefined()
      await store.delete(alice, [cid])
      expect(await store.get(alice, cid)).toBeUndefined()
      expect(await store.get(carol, cid)).toBeDefined()
      expect(await store.get(odd, cid)).toBeDefined()
    })

    rule('keeps empty and large blobs as they are', async () => {
      const store = await fresh()
      for (const size of [0, 1, 5_000_000]) {
        const bytes = sample(size)
        const cid = await put(store, alice, bytes)
        expect(sameBytes(await read(store, alice, cid), bytes)).toBe(true)
      }
    })

    rule('reads a range, cut to what is there', async () => {
      const store = await fresh()
      const bytes = sample(200_000)
      const cid = await put(store, alice, bytes)
      const range = async (start: number, end?: number) =>
        hex(await read(store, alice, cid, end === undefined ? { start } : { start, end }))
      expect(await range(10, 19)).toBe(hex(bytes.subarray(10, 20)))
      expect(await range(0, 0)).toBe(hex(bytes.subarray(0, 1)))
      expect(await range(150_000)).toBe(hex(bytes.subarray(150_000)))
      expect(await range(199_990, 900_000)).toBe(hex(bytes.subarray(199_990)))
      expect(await range(900_000)).toBe('')
      expect((await store.get(alice, cid, { start: 10, end: 19 }))?.size).toBe(200_000)
    })

    rule('refuses an upload over the limit, and keeps nothing of it', async () => {
      const store = await fresh()
      const upload = store.upload(alice, inChunks(sample(100_001)), { maxBytes: 100_000 })
      await expect(upload).rejects.toMatchObject({ name: 'BlobTooLargeError', maxBytes: 100_000 })
      expect(await store.size(alice, cidOfRaw(sample(100_001)))).toBeUndefined()
      expect(await store.sweep({ before: new Date(Date.now() + 1e9) })).toBe(0)
      await store.upload(alice, inChunks(sample(100_000)), { maxBytes: 100_000 })
    })

    rule('keeps nothing of an upload whose source fails or that is aborted', async () => {
      const store = await fresh()
      await expect(store.upload(alice, failing(sample(50_000)))).rejects.toThrow('connection lost')
      const abort = new AbortController()
      await expect(store.upload(alice, aborting(sample(50_000), abort), { signal: abort.signal })).rejects.toThrow()
      await expect(store.upload(alice, inChunks(sample(10)), { signal: AbortSignal.abort() })).rejects.toThrow()
      const silent = new AbortController()
      const upload = store.upload(alice, stalling(sample(50_000)), { signal: silent.signal })
      await Promise.resolve()
      silent.abort()
      await expect(upload).rejects.toThrow()
      expect(await store.sweep({ before: new Date(Date.now() + 1e9) })).toBe(0)
    })

    rule('accepts the same blob twice at once', async () => {
      const store = await fresh()
      const bytes = sample(50_000)
      const uploads = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const { cid } = await store.upload(alice, inChunks(bytes))
          await store.makePermanent(alice, [cid])
          return cid
        }),
      )
      expect(hex(await read(store, alice, uploads[0]!))).toBe(hex(bytes))
    })

    rule('accepts making a blob permanent that already is, whether it was uploaded again or not', async () => {
      const store = await fresh()
      const cid = await put(store, alice, sample(10))
      await store.makePermanent(alice, [cid])
      await store.upload(alice, inChunks(sample(10)))
      await store.makePermanent(alice, [cid, cid])
      expect(hex(await read(store, alice, cid))).toBe(hex(sample(10)))
    })

    for (const [what, harm] of [
      ['were lost', 'lose'],
      ['are damaged', 'damage'],
    ] as const) {
      rule(`replaces permanent bytes that ${what} with an upload, and keeps it through a crash`, async () => {
        const { store, reopen, [harm]: doHarm } = await opened()
        const bytes = sample(100_000)
        const cid = await put(store, alice, bytes)
        await put(store, bob, bytes)
        await (doHarm ?? (() => store.delete(alice, [cid])))(alice, cid)
        const harmed = await read(store, alice, cid).catch(() => undefined)
        expect(harmed === undefined || !sameBytes(harmed, bytes)).toBe(true)
        await store.upload(alice, inChunks(bytes))
        await store.makePermanent(alice, [cid])
        for (const one of [store, await reopen()]) {
          expect(sameBytes(await read(one, alice, cid), bytes)).toBe(true)
          expect(sameBytes(await read(one, bob, cid), bytes)).toBe(true)
        }
        expect(await store.sweep({ before: new Date(Date.now() + 1e9) })).toBe(0)
      })
    }

    rule('refuses to make permanent what was never uploaded by the account', async () => {
      const store = await fresh()
      const cid = await put(store, alice, sample(10))
      await expect(store.makePermanent(bob, [cid])).rejects.toMatchObject({ name: 'BlobMissingError' })
    })

    rule('deletes permanent blobs, not uploads in progress; twice is no error', async () => {
      const store = await fresh()
      const cid = await put(store, alice, sample(10))
      await store.upload(alice, inChunks(sample(10)))
      await store.delete(alice, [cid, cidOfRaw(sample(11))])
      await store.delete(alice, [cid])
      expect(await store.get(alice, cid)).toBeUndefined()
      await store.makePermanent(alice, [cid])
      expect(await store.get(alice, cid)).toBeDefined()
    })

    rule('deletes everything of an account, and nothing of others', async () => {
      const store = await fresh()
      const cid = await put(store, alice, sample(10))
      await put(store, bob, sample(10))
      const upload = await store.upload(alice, inChunks(sample(20)))
      await store.deleteAll(alice)
      await store.deleteAll(alice)
      expect(await store.get(alice, cid)).toBeUndefined()
      expect(await store.size(alice, upload.cid)).toBeUndefined()
      expect(await store.get(bob, cid)).toBeDefined()
    })

    rule('sweeps uploads that are older than the given time, and nothing that is permanent', async () => {
      let now = Date.now()
      const { store } = await opened({ now: () => now })
      const kept = await put(store, alice, sample(10))
      const { cid } = await store.upload(alice, inChunks(sample(20)))
      expect(await store.sweep({ before: new Date(now - 60_000) })).toBe(0)
      expect(await store.size(alice, cid)).toBe(20)
      now += 120_000
      expect(await store.sweep({ before: new Date(now) })).toBe(1)
      expect(await store.size(alice, cid)).toBeUndefined()
      expect(await store.get(alice, kept)).toBeDefined()
    })

    rule('keeps permanent blobs and finished uploads through a crash', async () => {
      const { store, reopen } = await opened()
      const permanent = await put(store, alice, sample(10))
      const { cid } = await store.upload(alice, inChunks(sample(20)))
      const again = await reopen()
      expect(hex(await read(again, alice, permanent))).toBe(hex(sample(10)))
      await again.makePermanent(alice, [cid])
      expect(hex(await read(again, alice, cid))).toBe(hex(sample(20)))
    })

    rule('keeps deletions through a crash', async () => {
      const { store, reopen } = await opened()
      const [deleted, kept] = [await put(store, alice, sample(10)), await put(store, alice, sample(11))]
      const ofBob = await put(store, bob, sample(10))
      await store.delete(alice, [deleted])
      await store.deleteAll(bob)
      const again = await reopen()
      expect(await again.get(alice, deleted)).toBeUndefined()
      expect(await again.get(bob, ofBob)).toBeUndefined()
      expect(await again.get(alice, kept)).toBeDefined()
    })

    rule('serves what was being read when the blob was deleted, whole or with an error, never short', async () => {
      const store = await fresh()
      const bytes = sample(3_000_000)
      const cid = await put(store, alice, bytes)
      const reading = (await store.get(alice, cid))!
      await store.delete(alice, [cid])
      const [outcome] = await Promise.allSettled([collect(reading.bytes)])
      if (outcome.status === 'fulfilled') {
        expect(outcome.value.reduce((size, chunk) => size + chunk.length, 0)).toBe(3_000_000)
      }
    })
  })
}

function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8)) & 255
  return bytes
}

async function* inChunks(bytes: Uint8Array, chunkBytes = 16_384): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

async function* failing(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield* inChunks(bytes)
  throw new Error('connection lost')
}

async function* stalling(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield* inChunks(bytes)
  await new Promise(() => {})
}

async function* aborting(bytes: Uint8Array, abort: AbortController): AsyncIterable<Uint8Array> {
  yield* inChunks(bytes)
  abort.abort()
  yield* inChunks(bytes)
}

async function put(store: BlobStore, did: typeof alice, bytes: Uint8Array) {
  const { cid } = await store.upload(did, inChunks(bytes))
  await store.makePermanent(did, [cid])
  return cid
}

async function read(
  store: BlobStore,
  did: typeof alice,
  cid: Parameters<BlobStore['get']>[1],
  range?: Parameters<BlobStore['get']>[2],
): Promise<Uint8Array | undefined> {
  const found = await store.get(did, cid, range)
  if (!found) return undefined
  const chunks = await collect(found.bytes)
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
