import type { Datetime, Did, Tid } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryRepo } from './memory-repo.ts'

/** What an import has gathered to replace a repository. */
export interface Gathered {
  did: Did
  rev: Tid
  startedAt: Datetime
  contents: Omit<MemoryRepo, 'key' | 'head'>
  /** Blocks kept aside, by CID key. */
  early: JournaledMap<string, Uint8Array>
}

/** Imports in progress, by id. */
export function gatheredTable(journal: Journal): JournaledMap<string, Gathered> {
  return new JournaledMap(journal)
}
