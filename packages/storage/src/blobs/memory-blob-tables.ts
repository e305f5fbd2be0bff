import type { Did } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { BlobMetadata } from './blob-index.ts'

/** Whether it is temporary follows from `referredBlobTable`. */
export interface MemoryBlob extends BlobMetadata {
  did: Did
}

export function memoryBlobTable(journal: Journal): JournaledMap<string, MemoryBlob> {
  return new JournaledMap(journal, (_key, { did }) => did)
}

/** The quotas of accounts that have their own. */
export function quotaTable(journal: Journal): JournaledMap<Did, number> {
  return new JournaledMap(journal, (did) => did)
}
