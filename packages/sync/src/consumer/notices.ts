import type { SubscribeReposInfo } from '@atoll/lexicons/com.atproto.sync'
import type { Did } from '@atoll/syntax'
import type { RepoMessage } from '../decode/messages.ts'
import type { Violation } from '../rules.ts'
import type { Discarded } from '../verify/verdict.ts'
import type { Ending } from './ending.ts'

/** Work on one event that threw. */
export interface Failure {
  /**
   * `verify`: the identity or the remembered state was unavailable. `handle`: `onEvent` threw.
   * `resynchronize`: `onDesynchronized` did.
   */
  readonly stage: 'verify' | 'handle' | 'resynchronize'
  readonly error: unknown
  readonly message: RepoMessage
  /** How often it failed, this time included. */
  readonly attempt: number
}

/**
 * What to do about a failure: again after a while, pass over the event, or end the consumer with
 * the event unprocessed.
 */
export type FailureDecision = 'retry' | 'skip' | 'stop'

/** What a consumer tells its owner, for logs and metrics. */
export type FirehoseNotice =
  | { readonly kind: 'connected'; readonly cursor: number | undefined }
  /** `error`: what the socket failed with, if it says. Its `code` or `cause` may tell more. */
  | { readonly kind: 'disconnected'; readonly ending: Ending; readonly error?: unknown; readonly retryInMs: number }
  /**
   * The stream's note about itself. `OutdatedCursor`: what lies between `cursor` and the next event
   * is lost.
   */
  | { readonly kind: 'info'; readonly info: SubscribeReposInfo; readonly cursor: number | undefined }
  /** A frame that no handler gets to see. */
  | ({ readonly kind: 'discarded'; readonly seq?: number; readonly did?: Did } & Discarded)
  /**
   * A `#sync` that states what is known already, as one follows the first commit of every new
   * account.
   */
  | { readonly kind: 'unchanged'; readonly seq: number; readonly did: Did }
  /** A rule was broken, and that was overlooked because of `lenient`. */
  | ({ readonly kind: 'warning'; readonly seq: number; readonly did: Did } & Violation)
  | ({ readonly kind: 'failed'; readonly decision: FailureDecision } & Failure)
  | { readonly kind: 'cursor-unsaved'; readonly error: unknown }
