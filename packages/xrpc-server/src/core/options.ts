import type { XrpcError } from '@atoll/xrpc'
import type { Awaitable } from '../http/awaitable.ts'
import type { RouterRequest, RouterResponse } from '../http/messages.ts'
import type { RateLimit, RateLimitStore, RateLimitSubject } from '../limits/rate-limits.ts'
import type { RefusalOptions } from './refusal.ts'
import type { Nsid } from './route.ts'

export interface RateLimitOptions {
  /**
   * Apply to every request below /xrpc/, counted before anything else is done. Web pages and the
   * health check are not counted.
   */
  global?: readonly RateLimit[]
  /** What routes with `points` draw from. */
  budgets?: readonly RateLimit[]
  /**
   * Requests that are not counted at all; their subscriptions are not bounded by `maxPerAddress`
   * either.
   */
  bypass?(subject: RateLimitSubject): boolean
  /** Default: the memory of this process. */
  store?: RateLimitStore
}

/** What `onRequest` is told about each request. */
export interface RequestReport {
  request: RouterRequest
  nsid: Nsid | undefined
  status: number
  ms: number
  /** What was refused or went wrong, as it was thrown. */
  error: unknown
}

export interface SubscriptionOptions {
  /**
   * Beyond this, a subscriber's generator is not resumed until its socket has drained. Default: 256
   * KiB.
   */
  maxBufferedBytes?: number
  /**
   * How long a socket may stay full before its subscriber is cut off with ConsumerTooSlow. Default:
   * 30 s.
   */
  drainTimeoutMs?: number
  /** How many one client network may hold open. Default: no bound. */
  maxPerAddress?: number
}

export interface RouterOptions extends RefusalOptions {
  /**
   * Called with errors that callers are not told about: faults of the server. Default: they go to
   * `console.error`.
   */
  onError?(error: unknown, context: { request: RouterRequest; nsid: Nsid | undefined }): void
  /**
   * The refusal to send for an error that is not an XrpcError, such as a busy database; `undefined`
   * for the opaque 500.
   */
  mapError?(error: unknown): XrpcError | undefined
  /** Called for every request once its response is ready. */
  onRequest?(report: RequestReport): void
  /**
   * Sees every request for a declared method first. A response is sent as it is; `undefined` lets
   * the route run.
   */
  intercept?(request: RouterRequest, nsid: Nsid): Awaitable<RouterResponse | undefined>
  /**
   * Serves what is not declared: web pages, and methods that others serve. `undefined` means not
   * found.
   */
  fallback?(request: RouterRequest, nsid: Nsid | undefined): Awaitable<RouterResponse | undefined>
  /** The body of /xrpc/_health; 503 when it throws. */
  health?(): Awaitable<Record<string, unknown>>
  rateLimits?: RateLimitOptions
  /** Default: 150 KiB. */
  maxJsonBytes?: number
  /** Default: 5 MiB. */
  maxRawBytes?: number
  /** Which paths scripts of any origin may use. Default: all. */
  crossOrigin?(path: string): boolean
  subscriptions?: SubscriptionOptions
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
}
