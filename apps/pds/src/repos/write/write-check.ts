import type { Did } from '@atoll/syntax'
import type { Write } from './write.ts'

/** Asks whether writes may be made. Each rejects if not. */
export interface WriteCheck {
  /** About a commit of a repository. */
  commit(did: Did, writes: readonly Write[]): Promise<void>
  /** About a new and empty repository. */
  newRepo(did: Did): Promise<void>
  /**
   * Throws if whoever calls it is being asked about a commit of this repository: a write of theirs
   * would wait for their own answer.
   */
  requireNotAsked(did: Did): void
}
