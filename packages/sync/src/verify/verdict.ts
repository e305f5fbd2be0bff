import type { DidKey } from '@atoll/crypto'
import type { BlockMap, Cid } from '@atoll/data-model'
import type { Commit, UnreadableRecord } from '@atoll/repo'
import type { Did, Tid } from '@atoll/syntax'
import type { Rule, Violation } from '../rules.ts'

/** Where a repository stood after the last message that was accepted. */
export interface RepoState {
  readonly rev: Tid
  /** The root of its tree. */
  readonly data: Cid
}

/** What is remembered when a message comes. What is `undefined` was never seen, and is not compared. */
export interface Remembered {
  readonly state?: RepoState | undefined
  /** What the last `#account` said. */
  readonly active?: boolean | undefined
}

type Awaitable<T> = T | Promise<T>

/** How an account is asked about. */
export interface QuestionOptions {
  /** Not from a cache. */
  readonly refresh: boolean
  /**
   * The same object in all questions that one message raises, so that the account's source is asked once: what was fetched for this
   * occasion need not be refreshed for it. Each occasion is about one account.
   */
  readonly occasion?: object
}

/** The account's current signing key; `undefined` when there is none (any more). */
export type SigningKeyOf = (did: Did, options: QuestionOptions) => Awaitable<DidKey | undefined>

/** The URL of the account's current server; `undefined` when there is none. */
export type PdsOf = (did: Did, options: QuestionOptions) => Awaitable<string | undefined>

/** Whose word counts, and how strictly. */
export interface Verifying {
  readonly signingKeyOf: SigningKeyOf
  /**
   * The server that the stream comes from, when it is one that may only speak for its own accounts: a relay's upstream.
   * Leave it out for the stream of a relay.
   */
  readonly host?: { readonly url: string; readonly pdsOf: PdsOf }
  /** Default `Date.now`. */
  readonly now?: () => number
  /**
   * Takes what an honest server of an older generation sends, with a warning instead of a refusal: a `time` that is not
   * a datetime, no `prevData`, and no `prev` in operations. Without `prevData` only what was written is proven, not that
   * nothing else changed. Default false.
   */
  readonly lenient?: boolean
}

/** A message that is not to be processed: `reject` when it is wrong, `drop` when it is merely of no use (any more). */
export interface Refused extends Violation {
  readonly outcome: 'reject' | 'drop'
}

export interface Accepted {
  readonly outcome: 'accept'
  /** What was overlooked because of `lenient`. */
  readonly warnings: readonly Violation[]
}

/** A genuine message that does not continue what is remembered: the repository has to be fetched again. */
export interface Desynchronized extends Violation {
  readonly outcome: 'desynchronized'
}

/** What a verified `#commit` or `#sync` carries. */
export interface VerifiedContent {
  readonly commit: Commit
  readonly cid: Cid
  /** To be remembered once the message has been processed. */
  readonly state: RepoState
  /** Each verified against its CID. */
  readonly blocks: BlockMap
  /** Written records that are not of the data model. They are to be skipped; everything else in the message is good. */
  readonly unreadable: readonly UnreadableRecord[]
}

/** A verdict on a `#commit` or `#sync`. */
export type ContentVerdict = (Accepted & VerifiedContent) | (Desynchronized & VerifiedContent) | Refused

/** A verdict on a message without blocks. */
export type PlainVerdict = Accepted | Refused

export function reject(rule: Rule, reason: string): Refused {
  return { outcome: 'reject', rule, reason }
}

export function drop(rule: Rule, reason: string): Refused {
  return { outcome: 'drop', rule, reason }
}
