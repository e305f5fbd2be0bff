import type { XrpcError } from '@atoll/xrpc'
import type { RateLimit, RateLimitStore, RateLimitSubject } from '../limits/rate-limits.ts'
import type { Awaitable } from './awaitable.ts'
import type { RouterRequest, RouterResponse } from './messages.ts'
import type { RefusalOptions } from './refusal.ts'
import type { Nsid } from './route.ts'

export interface RateLimitOptions {
  /** Apply to every request below /xrpc/, counted before anything else is done. Web pages and the health check are not counted. */
  global?: readonly RateLimit[]
  /** What routes with `points` draw from. */
  budgets?: readonly RateLimit[]
  /** Requests that are not counted at all; their subscriptions are not bounded by `maxPerAddress` either. */
  bypass?(subject: RateLimitSubject): boolean
  /** Defaults to memory of this process. */
  store?: RateLimitStore
}

/** What `onRequest` is told once a request has its answer. */
export interface RequestReport {
  request: RouterRequest
  nsid: Nsid | undefined
  status: number
  ms: number
  /** What was refused or went wrong, as it was thrown. */
  error: unknown
}

export interface SubscriptionOptions {
  /** Beyond this, a subscriber's generator is not asked for more until its socket has drained: 256 KiB unless given. */
  maxBufferedBytes?: number
  /** How long a socket may stay full before its subscriber is cut off with ConsumerTooSlow: 30 s unless given. */
  drainTimeoutMs?: number
  /** How many one client network may hold open; no bound unless given. */
  maxPerAddress?: number
}

export interface RouterOptions extends RefusalOptions {
  /** An error that no caller is told about: a fault of ours. */
  onError?(error: unknown, context: { request: RouterRequest; nsid: Nsid | undefined }): void
  /** What callers are told of an error that passes by itself, such as a database that is full; `undefined` for the opaque 500. */
  mapError?(error: unknown): XrpcError | undefined
  /** Called for every request, when its answer is ready. */
  onRequest?(report: RequestReport): void
  /** Sees every request for a declared method first; what it answers stands, and `undefined` lets the route run. */
  intercept?(request: RouterRequest, nsid: Nsid): Awaitable<RouterResponse | undefined>
  /** Answers what is not declared: web pages, and methods that others serve. `undefined` is "not here". */
  fallback?(request: RouterRequest, nsid: Nsid | undefined): Awaitable<RouterResponse | undefined>
  /** What /xrpc/_health says; 503 when it throws. */
  health?(): Awaitable<Record<string, unknown>>
  rateLimits?: RateLimitOptions
  /** 150 KiB unless given. */
  maxJsonBytes?: number
  /** 5 MiB unless given. */
  maxRawBytes?: number
  /** Which paths scripts of any origin may use: all unless given. */
  crossOrigin?(path: string): boolean
  subscriptions?: SubscriptionOptions
  /** Milliseconds since the epoch. */
  now?(): number
}
