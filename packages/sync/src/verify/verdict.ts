import type { BlockMap, Cid } from '@atoll/data-model'
import type { Commit, UnreadableRecord } from '@atoll/repo'
import type { Rule, Violation } from '../rules.ts'
import type { RepoState } from './options.ts'

export interface Accepted {
  readonly outcome: 'accept'
  /** What was overlooked because of `lenient`. */
  readonly warnings: readonly Violation[]
}

/**
 * A genuine message that does not continue what is remembered: the repository has to be fetched
 * again.
 */
export interface Desynchronized extends Violation {
  readonly outcome: 'desynchronized'
}

/**
 * A message that is not to be processed: `reject` when it is wrong, `drop` when it is merely of no
 * use (any more).
 */
export interface Discarded extends Violation {
  readonly outcome: 'reject' | 'drop'
}

/** What a verified `#commit` or `#sync` carries. */
export interface VerifiedCommit {
  readonly commit: Commit
  readonly cid: Cid
  /** To be remembered once the message has been processed. */
  readonly state: RepoState
  /** Each verified against its CID. */
  readonly blocks: BlockMap
  /**
   * Written records that are not of the data model. They are to be skipped; everything else in the
   * message is good.
   */
  readonly unreadable: readonly UnreadableRecord[]
}

/** A verdict on a `#commit` or `#sync`. */
export type CommitVerdict = ((Accepted | Desynchronized) & VerifiedCommit) | Discarded

/** A verdict on a message about an account, which carries no commit. */
export type AccountVerdict = Accepted | Discarded

export function reject(rule: Rule, reason: string): Discarded {
  return { outcome: 'reject', rule, reason }
}

export function drop(rule: Rule, reason: string): Discarded {
  return { outcome: 'drop', rule, reason }
}

/** Narrows a verdict of any kind, `verifySlice`'s included. */
export function isDiscarded<V extends { readonly outcome: string }>(
  verdict: V,
): verdict is Extract<V, { readonly outcome: 'reject' | 'drop' }> {
  return verdict.outcome === 'reject' || verdict.outcome === 'drop'
}
