import { sectionOf } from '@atoll/data-model'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import { numberOfCursor, type Page, pageOf } from '../core/page.ts'
import {
  inOrderOfCreation,
  type MemoryRecord,
  type MemoryRepo,
  type MemoryRepoTable,
  pathOf,
  repoTable,
} from '../repos/memory-repo.ts'
import {
  type ListedRecord,
  maxPageBytes,
  type RecordStore,
  type RecordWrites,
  type StoredRecord,
} from './record-store.ts'

interface RecordTakedown {
  readonly did: Did
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly reference: string
}

export class MemoryRecords implements RecordStore, RecordWrites {
  readonly #repos: MemoryRepoTable
  readonly #takedowns: JournaledMap<string, RecordTakedown>

  constructor(tables: MemoryTables) {
    this.#repos = tables.of(repoTable)
    this.#takedowns = tables.of(takedownTable)
  }

  async get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined> {
    const repo = this.#repos.get(did)
    const record = repo?.records.get(pathOf({ collection, rkey }))
    if (!repo || !record) return undefined
    return { ...withBytes(repo, record), takedown: await this.takedown(did, collection, rkey) }
  }

  async list(
    did: Did,
    collection: Nsid,
    { limit, cursor, reverse = false, maxBytes = maxPageBytes }: Parameters<RecordStore['list']>[2],
  ): Promise<ListedRecord[]> {
    const repo = this.#repos.get(did)
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
    return [...(this.#repos.get(did)?.records.values() ?? [])]
      .filter((record) => record.collection === collection && record.subject === subject)
      .map((record) => record.rkey)
      .sort(compareText)
  }

  async collections(did: Did, { limit }: { limit?: number } = {}): Promise<Nsid[]> {
    const repo = this.#repos.get(did)
    return repo ? [...collectionsOf(repo)].sort(compareText).slice(0, limit) : []
  }

  async takedown(did: Did, collection: Nsid, rkey: RecordKey): Promise<string | undefined> {
    return this.#takedowns.get(takedownKey(did, collection, rkey))?.reference
  }

  async takendown(
    did: Did,
    collection: Nsid,
    { first, last }: { readonly first: RecordKey; readonly last: RecordKey },
  ): Promise<RecordKey[]> {
    return [...this.#takedowns.values()]
      .filter((takedown) => takedown.did === did && takedown.collection === collection)
      .map(({ rkey }) => rkey)
      .filter((rkey) => rkey >= first && rkey <= last)
      .sort(compareText)
  }

  setTakedown(did: Did, collection: Nsid, rkey: RecordKey, reference: string | undefined): void {
    const key = takedownKey(did, collection, rkey)
    if (reference === undefined) this.#takedowns.delete(key)
    else this.#takedowns.set(key, { did, collection, rkey, reference })
  }

  async reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>> {
    const after = numberOfCursor(options.cursor)
    const following = [...this.#repos.values()].filter(
      (repo) => repo.key > after && collectionsOf(repo).has(collection),
    )
    return pageOf(following.sort(inOrderOfCreation), options.limit, {
      cursor: ({ key }) => String(key),
      item: ({ did }) => did,
    })
  }
}

function withBytes(repo: MemoryRepo, record: MemoryRecord): Omit<StoredRecord, 'takedown'> {
  const { collection, rkey, cid, rev } = record
  const stored = repo.blocks.get(cid.key)
  if (!stored) throw new Error(`record ${pathOf(record)} without its block`)
  return { collection, rkey, cid, rev, bytes: stored.block.bytes }
}

function collectionsOf(repo: MemoryRepo): Set<Nsid> {
  return new Set([...repo.records.values()].map((record) => record.collection))
}

function takedownTable(journal: Journal): JournaledMap<string, RecordTakedown> {
  return new JournaledMap(journal, (_, takedown) => takedown.did)
}

function takedownKey(did: Did, collection: Nsid, rkey: RecordKey): string {
  return `${did}/${collection}/${rkey}`
}
