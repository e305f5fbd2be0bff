import type { Clock, OpenSocket } from '@atoll/xrpc'
import type { Awaitable } from '../awaitable.ts'
import type { CollectionPattern } from '../operations/collection-filter.ts'
import type { RepoState, VerifyOptions } from '../verify/options.ts'
import type { Backoff } from './backoff.ts'
import type { CursorStore } from './cursor-store.ts'
import type { DesynchronizedEvent, FirehoseEvent, VerifiedEvent } from './firehose-event.ts'
import type { Failure, FailureDecision, FirehoseNotice } from './notices.ts'
import type { RepoStates } from './repo-states.ts'

/** How a consumer verifies what it receives. */
export interface ConsumerVerifyOptions extends VerifyOptions {
  readonly states: RepoStates
}

interface ConsumerOptions<Event extends FirehoseEvent> {
  /** The relay or personal data server: `wss://…` or `https://…`. */
  readonly service: string | URL
  readonly cursorStore: CursorStore
  /**
   * Gets every event, those of one account one after another. An event counts as processed when the
   * promise resolves; one whose processing was cut short by a crash comes again.
   */
  readonly onEvent: (event: Event) => Awaitable<void>
  /**
   * Gets the events that do not continue what is remembered, instead of `onEvent`: the place to
   * fetch the repository again (`resynchronize`). It returns where the repository then stands;
   * without that the account counts as never seen. Meanwhile the account's later events wait, and
   * those that the fetched state includes are dropped. `signal` is aborted when the consumer stops.
   * When this is left out, such events go to `onEvent`, and the chain goes on from them.
   */
  readonly onDesynchronized?: (
    event: DesynchronizedEvent,
    context: { readonly signal: AbortSignal },
  ) => Awaitable<RepoState | undefined>
  /** How many repositories are fetched again at the same time. Default 4. */
  readonly maxResynchronizations?: number
  /**
   * Hands over only commits that change records in these collections (`app.bsky.feed.post`,
   * `app.bsky.feed.*`), with those operations. All commits are verified nevertheless, since each
   * continues the one before. Events of other kinds are handed over as ever.
   */
  readonly filterCollections?: readonly CollectionPattern[]
  /**
   * Where to begin when nothing is stored: with what is new, or with the oldest that the service
   * has. Default `live`.
   */
  readonly start?: 'live' | 'oldest'
  /**
   * What to do when the service's numbers went back (`FutureCursor`, or events below the cursor):
   * begin again with the oldest it has, or with what is new, or end with a `StreamError`. Default
   * `oldest`: nothing is missed, some of it comes again.
   */
  readonly onFutureCursor?: 'oldest' | 'live' | 'stop'
  /**
   * How far to go back when reconnecting, in sequence numbers, for services that show an event
   * later than one with a higher number. What has been seen is left out; after a restart it is not
   * known any more. Default 0.
   */
  readonly overlap?: number
  /** How many accounts' events are processed at the same time. Default 16. */
  readonly concurrency?: number
  /**
   * How many received bytes may wait for processing, with some 400 counted on top for each event.
   * Beyond that nothing is read for a while (with `ws`), or the connection is cut and opened again
   * later (with others). Default 32 MiB.
   */
  readonly maxBufferedBytes?: number
  /**
   * Silence after which a connection is given up. Default 10,000 with `ws`, which can ping, and
   * 60,000 with others.
   */
  readonly idleTimeoutMs?: number
  /** How often the cursor is saved, at most. Default 1,000. */
  readonly saveEveryMs?: number
  /** Between attempts to connect, and to process an event that failed. Default 1 to 30 seconds. */
  readonly backoff?: Partial<Backoff>
  /**
   * Default: four retries; then an event that cannot be verified is skipped, and one whose handler
   * throws ends the consumer. A repository that cannot be fetched again is left until the account's
   * next commit.
   */
  readonly onFailure?: (failure: Failure) => FailureDecision
  /** Default: what an owner should know goes to `console.warn`. */
  readonly onNotice?: (notice: FirehoseNotice) => void
  /** Ends the consumer. */
  readonly signal?: AbortSignal
  /** Default: the runtime's own `WebSocket`. */
  readonly webSocket?: OpenSocket
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
}

/** A consumer that verifies, if `verify` is there; else messages are only decoded. */
export interface FirehoseConsumerOptions extends ConsumerOptions<FirehoseEvent> {
  /** Without it anything that has the right form is passed on. */
  readonly verify?: ConsumerVerifyOptions
}

/** A consumer that verifies: all its events have a verdict. */
export interface VerifyingConsumerOptions extends ConsumerOptions<VerifiedEvent> {
  readonly verify: ConsumerVerifyOptions
}

/** Follows one stream until it is closed. */
export interface FirehoseConsumer {
  /** Everything up to this event has been processed; `undefined` before `run` has loaded it. */
  readonly cursor: number | undefined
  /**
   * Follows the stream. Resolves after `close`, and rejects when an event could not be processed or
   * the cursor not be loaded.
   */
  run(): Promise<void>
  /** Ends the connection, lets the handlers that are at work finish, and saves the cursor. */
  close(): Promise<void>
}
