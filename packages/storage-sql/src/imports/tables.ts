import type { Datetime, Did, Tid } from '@atoll/syntax'

export interface ImportTables {
  /**
   * Imports in progress. What they have gathered is in the tables of repositories, under the key
   * `repo`; blocks kept aside are under the key `early`. Unique by `did`.
   */
  repo_import: {
    id: string
    did: Did
    repo: number
    early: number
    rev: Tid
    started_at: Datetime
  }
  /** Keys of contents that are to be deleted, a part at a time. */
  discarded_contents: {
    repo: number
    did: Did
  }
}
