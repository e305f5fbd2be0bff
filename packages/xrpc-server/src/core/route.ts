import type { InputOf, MessageOf, Method, OutputOf, ParamsOf, Procedure, Query, Subscription } from '@atoll/lexicon'
import type { Awaitable } from '../http/awaitable.ts'
import type { ByteStream, ResponseBody } from '../http/bodies.ts'
import type { RequestHeaders, ResponseHeaderMap, RouterRequest } from '../http/messages.ts'
import type { RateLimit } from '../limits/rate-limits.ts'
import type { Refuse } from './refusal.ts'

/** The name of a method, as in its lexicon. */
export type Nsid = Method['nsid']

/** What an authorizer may look at: everything but the body. */
export interface AuthorizeRequest {
  readonly nsid: Nsid
  /** Already checked against the lexicon. */
  readonly params: Readonly<Record<string, unknown>>
  readonly headers: RequestHeaders
  readonly ip: string
  readonly signal: AbortSignal
  readonly responseHeaders: ResponseHeaders
  readonly request: RouterRequest
}

/** Decides who is calling, or throws an XrpcError. */
export type Authorize<C> = (request: AuthorizeRequest) => Awaitable<C>

/** Headers that a handler adds to its response. */
export interface ResponseHeaders {
  set(name: string, value: string): void
}

/** One call of a method, as its handler sees it on every host. */
export interface Call<M extends Query | Procedure, C = unknown> {
  readonly method: M
  readonly params: ParamsOf<M>
  /** The validated input; `undefined` where the lexicon gives no schema: see `body`. */
  readonly input: InputOf<M>
  /** The media type of the input, without parameters. */
  readonly encoding: string | undefined
  readonly headers: RequestHeaders
  readonly credentials: C
  readonly ip: string
  /** Aborted when the client goes away before it has its response. */
  readonly signal: AbortSignal
  /**
   * Input without a schema: the decoded bytes, bounded; throws when the client breaks off. Empty
   * for other input.
   */
  readonly body: ByteStream
  readonly responseHeaders: ResponseHeaders
  /** Makes a refusal to throw: `throw refuse('RecordNotFound', 'no such record')`. */
  readonly refuse: Refuse<M>
  readonly request: RouterRequest
}

/** A response in any encoding: what methods without an output schema return. */
export interface RawOutput {
  encoding: string
  body: ResponseBody
  /**
   * Default: 200. 206 for a part of what was asked for, which is never compressed; 304 for nothing
   * new.
   */
  status?: 200 | 206 | 304
  /** Names are lower-case. */
  headers?: ResponseHeaderMap
  /**
   * Called once a body of bytes has been sent or compressed, so that it can be freed. Hosts that
   * cannot tell do not call it.
   */
  release?: () => void
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler with nothing to say may end without a return
type Nothing = undefined | void
type HandlerResult<M extends Query | Procedure> = (OutputOf<M> extends undefined ? Nothing : OutputOf<M>) | RawOutput

export type Handler<M extends Query | Procedure, C = unknown> = (call: Call<M, C>) => Awaitable<HandlerResult<M>>

/** A frame that is ready to be sent: many subscribers share its bytes. */
export type EncodedFrame = Uint8Array

/** What the generator of a subscription is given. */
export interface StreamCall<M extends Subscription, C = unknown> {
  readonly method: M
  readonly params: ParamsOf<M>
  readonly headers: RequestHeaders
  readonly credentials: C
  readonly ip: string
  /** Aborted when the subscriber has gone, or the server closes. */
  readonly signal: AbortSignal
  /**
   * Ends the stream as throwing does, but also while the socket is full, when nothing is asked of
   * the generator.
   */
  readonly fail: (error: unknown) => void
  /** Makes a refusal to throw, or to give to `fail`. */
  readonly refuse: Refuse<M>
  readonly request: RouterRequest
}

/**
 * Yields messages or encoded frames; an XrpcError thrown here becomes an error frame, then the
 * stream closes.
 */
export type StreamHandler<M extends Subscription, C = unknown> = (
  call: StreamCall<M, C>,
) => AsyncIterable<MessageOf<M> | EncodedFrame>

export interface RouteOptions<M extends Query | Procedure = Query | Procedure, C = unknown> {
  /** What a call draws from the router's budgets. */
  points?: number | ((call: Call<M, C>) => number)
  /**
   * Limits of this route, in addition to the router's. Routes that name the same limit share it.
   */
  limits?: readonly RateLimit<Call<M, C>>[]
  /**
   * Leaves the callers that the route admits out of the router's global limits, which count by
   * address: for routes whose `limits` count by account, so that many accounts behind one address
   * do not share an allowance. Refused callers are counted.
   */
  skipGlobalLimits?: boolean
  /**
   * Bound of the decoded body. Default: the router's, which are 150 KiB for JSON and 5 MiB for
   * others.
   */
  maxBytes?: number
}

/** A declared method, after the compiler has checked that its parts fit together. */
export interface MethodRoute {
  readonly kind: 'method'
  readonly method: Query | Procedure
  readonly authorize: Authorize<unknown>
  readonly handler: (call: Call<Query | Procedure>) => Awaitable<unknown>
  readonly options: RouteOptions
}

/**
 * Declares who may call a method, what it costs, and which handler serves it.
 *
 * @example route(sync.getLatestCommit, may.anyone, getLatestCommit(services))
 */
export function route<M extends Query | Procedure, C>(
  method: M,
  authorize: Authorize<C>,
  handler: Handler<M, C>,
  options: RouteOptions<M, C> = {},
): MethodRoute {
  // The router gives `handler` what `method` parsed and `authorize` returned, so its narrower types
  // hold.
  return { kind: 'method', method, authorize, handler, options } as unknown as MethodRoute
}
