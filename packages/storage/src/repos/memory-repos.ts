import { type Block, type Cid, type SectionRun, sectionOf } from '@atoll/data-model'
import type { GetBlock, Head, SectionSource } from '@atoll/repo'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import { accountStatus } from '../accounts/account-store.ts'
import { ConflictError } from '../core/errors.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import { numberOfCursor } from '../core/listing.ts'
import type { MemoryBlock, MemoryRecord, MemoryRepo, MemoryTables } from '../core/memory-tables.ts'
import { compareText, pageOf } from '../core/order.ts'
import { type ListedRecord, maxPageBytes, type RecordStore, type StoredRecord } from '../records/record-store.ts'
import type { RecordChange, RepoChange, RepoWrites } from './repo-change.ts'
import type { Page, RepoListing, RepoSnapshot, RepoStore } from './repo-store.ts'

export class MemoryRepos implements RepoStore, RepoWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async head(did: Did): Promise<Head | undefined> {
    return this.#tables.repos.get(did)?.head
  }

  async block(did: Did, cid: Cid): Promise<Uint8Array | undefined> {
    return this.blockSource(did)(cid)
  }

  async blocks(did: Did, cids: readonly Cid[]): Promise<Block[]> {
    return pick(cids, this.blockSource(did))
  }

  async sizes(did: Did, cids: readonly Cid[]): Promise<(number | undefined)[]> {
    const source = this.blockSource(did)
    return cids.map((cid) => source(cid)?.length)
  }

  blockSource(did: Did): GetBlock {
    return (cid) => this.#tables.repos.get(did)?.blocks.get(cid.key)?.block.bytes
  }

  async snapshot(did: Did): Promise<RepoSnapshot | undefined> {
    const repo = this.#tables.repos.get(did)
    return repo && new MemoryRepoSnapshot(repo.head, new Map(repo.blocks), new Map(repo.records))
  }

  async list(options: { cursor?: string; limit: number }): Promise<Page<RepoListing>> {
    const after = numberOfCursor(options.cursor)
    const following = [...this.#tables.repos.values()].filter((repo) => repo.key > after)
    const page = pageOf(following.sort(byKey), options.limit, (repo) => String(repo.key))
    return { ...page, items: page.items.map((repo) => this.#listing(repo)) }
  }

  async counts(did: Did): Promise<{ blocks: number; records: number }> {
    const repo = this.#tables.repos.get(did)
    return { blocks: repo?.blocks.size ?? 0, records: repo?.records.size ?? 0 }
  }

  apply(change: RepoChange): void {
    const stored = this.#tables.repos.get(change.did)
    if (stored?.head.cid.key !== change.prev?.cid.key) {
      throw new ConflictError('repo', `${change.did} has moved on to ${stored?.head.cid ?? 'nothing'}`)
    }
    const repo = { ...(stored ?? this.#newRepo(change)), head: change.head }
    this.#tables.repos.set(change.did, repo)
    applyBlocks(repo, change)
    applyRecords(repo, change)
    applyBlobReferences(repo, change, this.#tables)
  }

  delete(did: Did): void {
    this.#tables.repos.delete(did)
  }

  #newRepo({ did, head }: RepoChange): MemoryRepo {
    const { marks, journal } = this.#tables
    const key = (marks.get('repoKey') ?? 0) + 1
    marks.set('repoKey', key)
    const map = <V>() => new JournaledMap<string, V>(journal)
    return { did, key, head, blocks: map(), records: map(), blobReferences: map() }
  }

  #listing({ did, head }: MemoryRepo): RepoListing {
    const account = this.#tables.accounts.get(did)?.account
    return { did, head: head.cid, rev: head.rev, status: account ? accountStatus(account) : 'active' }
  }
}

export class MemoryRecords implements RecordStore {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined> {
    const repo = this.#tables.repos.get(did)
    const record = repo?.records.get(`${collection}/${rkey}`)
    return repo && record && withBytes(repo, record)
  }

  async list(
    did: Did,
    collection: Nsid,
    { limit, cursor, reverse = false, maxBytes = maxPageBytes }: Parameters<RecordStore['list']>[2],
  ): Promise<ListedRecord[]> {
    const repo = this.#tables.repos.get(did)
    if (!repo) return []
    const direction = reverse ? 1 : -1
    const following = [...repo.records.values()]
      .filter((record) => record.collection === collection)
      .filter((record) => cursor === undefined || compareText(record.rkey, cursor) * direction > 0)
      .sort((a, b) => compareText(a.rkey, b.rkey) * direction)
    const page: ListedRecord[] = []
    let bytes = 0
    for (const record of following) {
      if (page.length === limit || bytes >= maxBytes) break
      const section = sectionOf(withBytes(repo, record))
      page.push({ rkey: record.rkey, section })
      bytes += section.length
    }
    return page
  }

  async bySubject(did: Did, collection: Nsid, subject: string): Promise<RecordKey[]> {
    return [...(this.#tables.repos.get(did)?.records.values() ?? [])]
      .filter((record) => record.collection === collection && record.subject === subject)
      .map((record) => record.rkey)
      .sort(compareText)
  }

  async collections(did: Did, { limit }: { limit?: number } = {}): Promise<Nsid[]> {
    const repo = this.#tables.repos.get(did)
    return repo ? [...collectionsOf(repo)].sort(compareText).slice(0, limit) : []
  }

  async reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>> {
    const after = numberOfCursor(options.cursor)
    const following = [...this.#tables.repos.values()].filter(
      (repo) => repo.key > after && collectionsOf(repo).has(collection),
    )
    const page = pageOf(following.sort(byKey), options.limit, (repo) => String(repo.key))
    return { ...page, items: page.items.map((repo) => repo.did) }
  }
}

class MemoryRepoSnapshot implements RepoSnapshot {
  readonly head: Head
  readonly #blocks: ReadonlyMap<string, MemoryBlock>

  readonly #records: ReadonlyMap<string, { readonly cid: Cid }>

  constructor(
    head: Head,
    blocks: ReadonlyMap<string, MemoryBlock>,
    records: ReadonlyMap<string, { readonly cid: Cid }>,
  ) {
    this.head = head
    this.#blocks = blocks
    this.#records = records
  }

  readonly sections: SectionSource = {
    blocks: (cids) => this.#pick(cids).map(sectionOf),
    records: () => this.#recordsInOrder(),
  }

  async blocks(cids: readonly Cid[]): Promise<Block[]> {
    return this.#pick(cids)
  }

  *#recordsInOrder(): Iterable<SectionRun> {
    const inOrder = [...this.#records].sort(([a], [b]) => compareText(a, b))
    for (const [, { cid }] of inOrder) {
      for (const bytes of this.sections.blocks([cid])) yield { bytes, ends: [bytes.length] }
    }
  }

  #pick(cids: readonly Cid[]): Block[] {
    return pick(cids, (cid) => this.#blocks.get(cid.key)?.block.bytes)
  }

  async *all({ since }: { since?: Tid } = {}): AsyncIterable<Block> {
    for (const { block, rev } of this.#blocks.values()) if (since === undefined || rev > since) yield block
  }

  close(): void {}
}

function applyBlocks(repo: MemoryRepo, { added, removed, head }: RepoChange): void {
  for (const block of added) {
    const stored = repo.blocks.get(block.cid.key) ?? { block, refs: 0, rev: head.rev }
    repo.blocks.set(block.cid.key, { ...stored, refs: stored.refs + 1 })
  }
  for (const { key } of removed) {
    const stored = repo.blocks.get(key)
    if (stored === undefined) continue
    if (stored.refs > 1) repo.blocks.set(key, { ...stored, refs: stored.refs - 1 })
    else repo.blocks.delete(key)
  }
}

function applyRecords(repo: MemoryRepo, { records, head }: RepoChange): void {
  for (const { collection, rkey, cid, subject } of records) {
    const path = pathOf({ collection, rkey })
    if (cid && !repo.blocks.has(cid.key)) throw new Error(`record ${path} without its block`)
    if (cid) repo.records.set(path, { collection, rkey, cid, rev: head.rev, subject })
    else repo.records.delete(path)
  }
}

function applyBlobReferences(repo: MemoryRepo, change: RepoChange, tables: MemoryTables): void {
  for (const record of change.records) repo.blobReferences.delete(pathOf(record))
  for (const reference of change.blobs) {
    const path = pathOf(reference)
    const others = (repo.blobReferences.get(path) ?? []).filter((other) => !other.cid.equals(reference.cid))
    repo.blobReferences.set(path, [...others, { ...reference, rev: change.head.rev }])
    const blob = tables.blobs.get(`${change.did} ${reference.cid.key}`)
    if (blob?.temporary) tables.blobs.set(`${change.did} ${reference.cid.key}`, { ...blob, temporary: false })
  }
}

function withBytes(repo: MemoryRepo, record: MemoryRecord): StoredRecord {
  const { collection, rkey, cid, rev } = record
  const stored = repo.blocks.get(cid.key)
  if (!stored) throw new Error(`record ${pathOf(record)} without its block`)
  return { collection, rkey, cid, rev, bytes: stored.block.bytes }
}

function pick(cids: readonly Cid[], get: GetBlock): Block[] {
  return cids.flatMap((cid) => {
    const bytes = get(cid)
    return bytes ? [{ cid, bytes }] : []
  })
}

function collectionsOf(repo: MemoryRepo): Set<Nsid> {
  return new Set([...repo.records.values()].map((record) => record.collection))
}

function pathOf({ collection, rkey }: Pick<RecordChange, 'collection' | 'rkey'>): string {
  return `${collection}/${rkey}`
}

function byKey(a: MemoryRepo, b: MemoryRepo): number {
  return a.key - b.key
}
