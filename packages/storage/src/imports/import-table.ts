import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryRepo } from '../repos/memory-repo.ts'
import type { RepoImport } from './import-store.ts'

export interface MemoryImport {
  repoImport: RepoImport
  contents: Omit<MemoryRepo, 'key' | 'head'>
  /** Blocks kept aside, by CID key. */
  early: JournaledMap<string, Uint8Array>
}

/** Imports in progress, by id. */
export function importTable(journal: Journal): JournaledMap<string, MemoryImport> {
  return new JournaledMap(journal)
}
