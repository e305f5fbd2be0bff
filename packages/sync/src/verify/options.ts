import type { Cid } from '@atoll/data-model'
import type { Tid } from '@atoll/syntax'
import type { IdentitySource } from './identity-source.ts'

/** Where a repository stood after the last message that was accepted. */
export interface RepoState {
  readonly rev: Tid
  /** The root of its tree. */
  readonly data: Cid
}

/**
 * What is remembered when a message comes. What is `undefined` was never seen, and is not compared.
 */
export interface Remembered {
  readonly state?: RepoState | undefined
  /** What the last `#account` said. */
  readonly active?: boolean | undefined
}

/** Whose word counts, and how strictly. */
export interface VerifyOptions {
  readonly signingKeyOf: IdentitySource['signingKeyOf']
  /**
   * The server that the stream comes from, when it is one that may only speak for its own accounts:
   * a relay's upstream. Leave it out for the stream of a relay.
   */
  readonly host?: { readonly url: string; readonly pdsOf: IdentitySource['pdsOf'] }
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Takes what an honest server of an older generation sends, with a warning instead of a refusal:
   * a `time` that is not a datetime, no `prevData`, and no `prev` in operations. Without `prevData`
   * only what was written is proven, not that nothing else changed. Default false.
   */
  readonly lenient?: boolean
}
