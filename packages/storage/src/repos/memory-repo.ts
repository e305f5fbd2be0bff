import type { Block, Cid } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { RecordChange, RepoHead } from './repo-change.ts'

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
  return new JournaledMap(journal)
}

export function blobKey(did: Did, cid: Cid): string {
  return `${did} ${cid.key}`
}

export function pathOf({ collection, rkey }: Pick<RecordChange, 'collection' | 'rkey'>): string {
  return `${collection}/${rkey}`
}

export function inOrderOfCreation(a: MemoryRepo, b: MemoryRepo): number {
  return a.key - b.key
}
