import type { Block, Cid } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { BlobReference, RecordChange, RepoHead } from './repo-change.ts'

export interface MemoryBlock {
  block: Block
  refs: number
  rev: Tid
}

export interface MemoryRecord {
  collection: Nsid
  rkey: RecordKey
  cid: Cid
  rev: Tid
  subject: string | undefined
}

export interface MemoryBlobReference extends Omit<MemoryRecord, 'subject'> {}

/** One repository: blocks by CID key, records and blob references by path. */
export interface MemoryRepo {
  did: Did
  /** Creation order. */
  key: number
  head: RepoHead
  blocks: JournaledMap<string, MemoryBlock>
  records: JournaledMap<string, MemoryRecord>
  blobReferences: JournaledMap<string, readonly MemoryBlobReference[]>
}

export type MemoryRepoTable = JournaledMap<Did, MemoryRepo>

export function repoTable(journal: Journal): MemoryRepoTable {
  return new JournaledMap(journal)
}

/** Blobs that a record has referred to at any time since their last upload, by `blobKey`. */
export function referredBlobTable(journal: Journal): JournaledMap<string, true> {
  return new JournaledMap(journal, ownerOfBlob)
}

export function blobKey(did: Did, cid: Cid): string {
  return `${did} ${cid.key}`
}

/** The account in a `blobKey`. */
export function ownerOfBlob(key: string): Did {
  return key.slice(0, key.indexOf(' ')) as Did // as `blobKey` wrote it
}

export function pathOf({ collection, rkey }: Pick<RecordChange, 'collection' | 'rkey'>): string {
  return `${collection}/${rkey}`
}

export function inOrderOfCreation(a: MemoryRepo, b: MemoryRepo): number {
  return a.key - b.key
}

type Contents = Pick<MemoryRepo, 'blocks' | 'records' | 'blobReferences'>

export function applyBlocks({ blocks }: Contents, added: Iterable<Block>, rev: Tid): void {
  for (const block of added) {
    const stored = blocks.get(block.cid.key) ?? { block, refs: 0, rev }
    blocks.set(block.cid.key, { ...stored, refs: stored.refs + 1 })
  }
}

export function dropBlocks({ blocks }: Contents, removed: Iterable<Cid>): void {
  for (const { key } of removed) {
    const stored = blocks.get(key)
    if (stored === undefined) continue
    if (stored.refs > 1) blocks.set(key, { ...stored, refs: stored.refs - 1 })
    else blocks.delete(key)
  }
}

export function applyRecords(contents: Contents, changes: Iterable<RecordChange>, rev: Tid): void {
  for (const { collection, rkey, cid, subject } of changes) {
    const path = pathOf({ collection, rkey })
    if (cid && !contents.blocks.has(cid.key)) throw new Error(`record ${path} without its block`)
    if (cid) contents.records.set(path, { collection, rkey, cid, rev, subject })
    else contents.records.delete(path)
  }
}

export function applyBlobReferences(
  { blobReferences }: Contents,
  change: { records: Iterable<RecordChange>; blobs: Iterable<BlobReference>; rev: Tid },
): void {
  for (const record of change.records) blobReferences.delete(pathOf(record))
  for (const reference of change.blobs) {
    const path = pathOf(reference)
    const others = (blobReferences.get(path) ?? []).filter((other) => !other.cid.equals(reference.cid))
    blobReferences.set(path, [...others, { ...reference, rev: change.rev }])
  }
}
