import type { Did, Tid } from '@atoll/syntax'
import type { Generated } from 'kysely'

export interface RepoTables {
  /**
   * Other tables refer to a repository by its `key`, which rises with creation and is never reused.
   */
  repo: {
    key: Generated<number>
    did: Did
    cid: Uint8Array
    rev: Tid
    data: Uint8Array
  }
  /** `rev` is the commit that added the block, `refs` counts references. Unique by (repo, cid). */
  block: {
    id: Generated<number>
    repo: number
    cid: Uint8Array
    refs: number
    rev: Tid
    bytes: Uint8Array
  }
}
