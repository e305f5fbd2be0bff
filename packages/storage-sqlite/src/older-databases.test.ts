import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { blockOfSection, type Cid, cidOfRaw, decodeCbor } from '@atoll/data-model'
import type { PdsStorage } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { type Did, formatDatetime, parseNsid, parseRecordKey } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFailingAtEachStatement, temporaryFolder } from '../test/opened-sample.ts'
import { openSqlitePdsStorage } from './sqlite-pds-storage.ts'

// Written by `test/fixtures/write-database.mjs` with the code of these commits.
const older = [
  { commit: 'c157103', versions: 6, hasClaims: true, hasOtherTypes: true },
  { commit: 'c2e6898', versions: 4, hasClaims: false, hasOtherTypes: false },
]

const alice: Did = 'did:plc:alicealicealicealicealic'
const bob: Did = 'did:plc:bobbobbobbobbobbobbobbob'
const post = parseNsid('app.bsky.feed.post')
const like = parseNsid('app.bsky.feed.like')
const time = (second: number) => formatDatetime(new Date(Date.UTC(2026, 0, 1, 0, 0, second)))
const blobCid = (text: string) => cidOfRaw(new TextEncoder().encode(text))
const texts = (cids: readonly { cid: Cid }[]) => cids.map(({ cid }) => cid.toString())

describe.each(older)('a database of commit $commit', ({ commit, versions, hasClaims, hasOtherTypes }) => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = temporaryFolder()
    file = path.join(folder, 'older.sqlite')
    writeFileSync(file, gunzipSync(readFileSync(new URL(`../test/fixtures/${commit}.sqlite.gz`, import.meta.url))))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('keeps its accounts, sessions, invites, keys and state', async () => {
    const storage = await openSqlitePdsStorage({ file })
    expect(await storage.accounts.get(alice)).toMatchObject({
      handle: 'alice.test',
      email: 'alice@mail.test',
      emailConfirmedAt: time(1),
      passwordHash: 'hash of alice',
      inviteNote: 'a note',
    })
    expect(await storage.accounts.byHandle('BOB.test')).toMatchObject({ did: bob, takedown: 'because' })
    expect(await storage.accounts.preferences(alice)).toBe('["first"]')
    expect(await storage.sessions.get('one')).toMatchObject({ did: alice, nextId: 'two', expiresAt: time(40) })
    expect(await storage.sessions.get('two')).toMatchObject({ lineage: 'one', nextId: undefined })
    expect(await storage.sessions.appPasswords(alice)).toMatchObject([{ name: 'app', privileged: true }])
    expect(await storage.invites.get('invite')).toMatchObject({
      availableUses: 2,
      uses: [{ usedBy: alice, usedAt: time(1) }],
    })
    // A code that was stored as it was mailed is no longer taken: it lived for minutes.
    expect(await storage.emailTokens.get('confirm', alice)).toBeUndefined()
    expect((await storage.keys.signingKey(alice))?.privateKey).toEqual(Buffer.alloc(32, 1))
    expect(await storage.keys.reserved('did:key:z1')).toMatchObject({ curve: 'p256', did: undefined })
    expect(await storage.state.list('crawl')).toEqual([{ key: 'relay', value: 'done' }])
    const claim = hasClaims ? { purpose: 'handle', handle: 'bobby.test', claimedAt: time(2) } : undefined
    expect((await storage.claims.of(bob)) === undefined).toBe(claim === undefined)
    if (claim) expect(await storage.claims.of(bob)).toMatchObject(claim)
    await storage.close()
  })

  it('keeps its repositories, records, blobs and events', async () => {
    const storage = await openSqlitePdsStorage({ file })
    expect((await storage.repos.list({ limit: 9 })).items.map(({ did, status }) => [did, status])).toEqual([
      [alice, 'active'],
      [bob, 'takendown'],
    ])
    expect(await storage.repos.counts(alice)).toEqual({ blocks: 7, records: 5 })
    expect(await textsIn(storage)).toEqual({ size10: 10, size1000: 1000, size40000: 40_000 })
    expect(await storage.records.bySubject(alice, like, 'at://did:web:b.test/app.bsky.feed.post/x')).toEqual(['one'])
    const [cat, dog, fish, gone, missing] = ['cat', 'dog', 'fish', 'gone', 'missing'].map(blobCid) as [
      Cid,
      Cid,
      Cid,
      Cid,
      Cid,
    ]
    expect(await storage.blobs.get(alice, cat)).toMatchObject({ temporary: false, takedown: undefined, size: 3 })
    expect(await storage.blobs.get(alice, dog)).toMatchObject({ temporary: true, takedown: 'because' })
    expect(await storage.blobs.get(alice, gone)).toBeUndefined()
    expect(await storage.blobs.otherTypes(alice, cat)).toEqual(hasOtherTypes ? ['image/jpeg'] : [])
    // Nothing counted them when they were uploaded: cat, dog and fish.
    expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 3, bytes: 9 })
    expect(texts(await storage.blobs.missing(alice, { limit: 9 }))).toEqual([`${missing}`])
    expect(texts(await storage.blobs.pendingDeletion({ limit: 9 }))).toEqual([`${gone}`])
    expect(texts(await storage.blobs.unreferenced({ createdBefore: time(59), limit: 9 })).sort()).toEqual(
      [`${dog}`, `${fish}`].sort(),
    )
    const events = await storage.events.page({ after: 0, limit: 9 })
    expect(events.map(({ did }) => did)).toEqual([alice, alice, bob])
    expect(await storage.events.last()).toBeGreaterThanOrEqual(events.at(-1)!.seq)
    await storage.close()
  })

  it('takes new writes, and opens again with them', async () => {
    const storage = await openSqlitePdsStorage({ file })
    const before = await storage.events.last()
    const head = await storage.repos.head(bob)
    const repo = new SampleRepo(bob)
    repo.commit({})
    repo.head = head
    await storage.transact(bob, (tx) => {
      tx.repo.apply({ ...repo.commit({ [`${post}/two`]: { n: 2 } }), removed: [] })
      tx.events.append({ did: bob, kind: 'commit', time: time(3), frame: { bytes: new Uint8Array(1), seqOffset: 0 } })
      tx.sessions.deleteLineage('one')
      tx.blobs.confirmDeleted(alice, [blobCid('gone')])
      tx.state.set('crawl', 'relay', 'again')
    })
    const claim = { did: alice, purpose: 'handle', handle: 'alicia.test', email: undefined, details: '' } as const
    await storage.transact(alice, (tx) => tx.claims.add({ ...claim, claimedAt: time(4) }))
    await storage.close()
    const again = await openSqlitePdsStorage({ file })
    expect(await again.records.get(bob, post, parseRecordKey('two'))).toBeDefined()
    expect(await again.records.get(bob, post, parseRecordKey('one'))).toBeDefined()
    expect((await again.events.page({ after: before, limit: 9 })).map(({ did }) => did)).toEqual([bob])
    expect(await again.sessions.get('two')).toBeUndefined()
    expect(await again.blobs.pendingDeletion({ limit: 9 })).toEqual([])
    expect(await again.claims.byHandle('alicia.test')).toMatchObject({ did: alice })
    expect(await again.state.get('crawl', 'relay')).toBe('again')
    await again.close()
  })

  it('then has the tables and versions of a new one', async () => {
    expect(versionsIn(file)).toHaveLength(versions)
    const fresh = path.join(folder, 'fresh.sqlite')
    for (const each of [file, fresh]) await (await openSqlitePdsStorage({ file: each })).close()
    expect(schemaOf(file)).toEqual(schemaOf(fresh))
    expect(versionsIn(file)).toEqual(versionsIn(fresh))
  })

  it('is as it was when a migration fails at any statement, and migrates at the next attempt', async () => {
    expect(await openFailingAtEachStatement(file)).toBeGreaterThan(8)
    const storage = await openSqlitePdsStorage({ file })
    expect(await textsIn(storage)).toEqual({ size10: 10, size1000: 1000, size40000: 40_000 })
    await storage.close()
  })
})

/** The length of the text of each of Alice's posts. */
async function textsIn(storage: PdsStorage): Promise<{ [rkey: string]: number }> {
  const listed = await storage.records.list(alice, post, { limit: 9, reverse: true })
  const lengths = listed.map(({ rkey, section }) => {
    // As the fixture's program wrote it.
    const { text } = decodeCbor(blockOfSection(section).bytes) as { text: string }
    return [rkey, text.length]
  })
  return Object.fromEntries(lengths)
}

function schemaOf(file: string): unknown[] {
  return rowsOf(file, 'select type, name, tbl_name, sql from sqlite_master order by type, name')
}

function versionsIn(file: string): string[] {
  const versions = rowsOf(file, 'select * from schema_version order by version').map((row) => {
    const { part, version, name } = row as { part?: string; version: number; name: string }
    return `${part} ${version} ${name}`
  })
  return versions.sort()
}

function rowsOf(file: string, query: string): unknown[] {
  const database = new Database(file, { readonly: true })
  const rows = database.prepare(query).all()
  database.close()
  return rows
}
