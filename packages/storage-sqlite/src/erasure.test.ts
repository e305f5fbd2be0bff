/** What was deleted is not left in the files of the database either. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { PdsParts, StorageOf } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { type Did, parseDatetime } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSample } from '../test/opened-sample.ts'

const marker = 'xq7marker'
const at = parseDatetime('2026-01-01T00:00:00.000Z')
const gone: Did = 'did:web:gone.test'
const stays: Did = 'did:web:stays.test'

let storage: StorageOf<PdsParts>
let file: string
let close: () => Promise<void>
beforeEach(async () => {
  const opened = await openSample()
  storage = opened.storage
  file = opened.file
  close = opened.close
})
afterEach(() => close())

/** How often the marker is in the files of the database. */
function found(): number {
  const folder = path.dirname(file)
  return readdirSync(folder).reduce(
    (count, name) => count + readFileSync(path.join(folder, name), 'latin1').split(marker).length - 1,
    0,
  )
}

describe('erasing', () => {
  it('leaves nothing of a deleted account in the database and its log', async () => {
    const repos = new Map([gone, stays].map((did) => [did, new SampleRepo(did)]))
    for (const did of repos.keys()) {
      const text = did === gone ? marker : 'others'
      await storage.transact(did, (tx) => {
        tx.accounts.create({ did, createdAt: at, handle: `${text.slice(0, 5)}.test`, email: `${text}@example.com` })
        tx.accounts.setPreferences(did, JSON.stringify([{ text }]))
      })
    }
    // Records of both accounts share pages; some are deleted and replaced before the account is.
    for (let n = 0; n < 240; n++) {
      for (const [did, repo] of repos) {
        const text = (did === gone ? marker : 'other text').repeat(1 + ((n * 37) % 90))
        const change = repo.commit({
          [`a.b.c/r${n}`]: { n, text },
          ...(n % 3 === 2 ? { [`a.b.c/r${n - 1}`]: null, [`a.b.c/r${n - 2}`]: { n: -n, text } } : {}),
        })
        await storage.transact(did, (tx) => {
          tx.repo.apply(change)
          tx.events.append({
            did,
            kind: 'commit',
            time: at,
            frame: { bytes: Buffer.from(`\0\0${text}`), seqOffset: 1 },
          })
        })
      }
    }
    expect(found()).toBeGreaterThan(100)
    await storage.transact(gone, (tx) => {
      tx.repo.delete(gone)
      tx.accounts.delete(gone)
      tx.events.removeOf(gone)
    })
    expect(await storage.erasure.eraseDeleted()).toBe(true)
    expect(found()).toBe(0)
    expect((await storage.repos.counts(stays)).records).toBe(160)
  })

  it('goes through a large database piece by piece, between the writes of others', async () => {
    const repo = new SampleRepo(stays)
    const write = (did: Did, source: SampleRepo, n: number) => {
      const text = (did === gone ? marker : 'other text').repeat(1 + ((n * 37) % 1800))
      const change = source.commit({ [`a.b.c/r${n}`]: { n, text } })
      return storage.transact(did, (tx) => tx.repo.apply(change))
    }
    const other = new SampleRepo(gone)
    for (let n = 0; n < 400; n++) {
      void write(gone, other, n)
      await write(stays, repo, n)
    }
    expect(statSync(file).size).toBeGreaterThan(5_000_000)
    await storage.transact(gone, (tx) => tx.repo.delete(gone))
    let isErased: boolean | undefined
    const erasing = storage.erasure.eraseDeleted().then((erased) => {
      isErased = erased
    })
    let written = 400
    while (isErased === undefined) await write(stays, repo, written++)
    await erasing
    expect(isErased).toBe(true)
    expect(written).toBeGreaterThan(402)
    expect(found()).toBe(0)
    expect((await storage.repos.counts(stays)).records).toBe(written)
    const reader = new Database(file, { readonly: true })
    expect(reader.pragma('integrity_check', { simple: true })).toBe('ok')
    reader.close()
  })

  it('waits for snapshots, which it neither ends nor blocks, nor the writes beside them', async () => {
    const repo = new SampleRepo(gone)
    const write = (n: number) => {
      const change = repo.commit({ [`a.b.c/r${n}`]: { text: marker } })
      return storage.transact(gone, (tx) => tx.repo.apply(change))
    }
    await write(1)
    const snapshot = (await storage.repos.snapshot(gone))!
    await write(2)
    await storage.transact(gone, (tx) => tx.repo.delete(gone))
    expect(await storage.erasure.eraseDeleted()).toBe(false)
    let blocks = 0
    for await (const _ of snapshot.all()) blocks++
    expect(blocks).toBeGreaterThan(2)
    snapshot.close()
    expect(await storage.erasure.eraseDeleted()).toBe(true)
    expect(found()).toBe(0)
  })
})
