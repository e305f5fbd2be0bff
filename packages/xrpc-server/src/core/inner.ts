/** A value, or the promise of one: what runs synchronously should not pay for a turn of the event loop. */
export type Awaitable<T> = T | PromiseLike<T>

export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Bytes, chunk by chunk. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /**
   * Hands back a chunk that nobody will read again, so that its memory is free at once instead of at a garbage collection. A reader
   * that keeps chunks does not call it.
   */
  release?(chunk: Uint8Array): void
}

/** Request headers; names are lower-case. */
export interface RequestHeaders {
  get(name: string): string | null
  entries(): Iterable<[string, string]>
}

/**
 * A request as every host hands it to the router. Hosts build it straight from their own request, so that
 * no `Request` object is made where none is needed.
 */
export interface InnerRequest {
  /** Upper-case. */
  readonly method: string
  /** As on the wire: not percent-decoded. */
  readonly path: string
  /** As on the wire, without the question mark. */
  readonly query: string
  readonly headers: RequestHeaders
  /** The client's address, seen through trusted proxies only. */
  readonly ip: string
  /** Aborted when the client goes away before it has its answer. */
  readonly signal: AbortSignal
  /** The bytes as they arrive, once, still in their content coding; absent when the request has no body. */
  readonly body: ByteStream | undefined
  /** Resolves in a later turn of the event loop: await it between long pieces of work, so that others are not kept waiting. */
  nextTurn(): Promise<void>
  /** A host's short way to the whole body; rejects with PayloadTooLarge beyond the bound. */
  readonly read?: (maxBytes: number) => Promise<Uint8Array>
}

export type ResponseBody = Uint8Array | string | ByteStream

/** Header names are lower-case; a list stands for several lines of the same name. */
export type ResponseHeaderMap = Record<string, string | string[]>

export interface InnerResponse {
  status: number
  headers: ResponseHeaderMap
  body?: ResponseBody | undefined
  /** Hands back a body of bytes once it has been sent, so that its memory is free at once. A host that cannot tell when does not call it. */
  release?: (() => void) | undefined
}

export function isStream(body: ResponseBody | undefined): body is ByteStream {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

/** Lets go of a body that nobody will read. */
export async function discardBody(body: ResponseBody | undefined): Promise<void> {
  if (!isStream(body)) return
  // The iterator of a stream that was never read would leave its file or socket open.
  if ('destroy' in body && typeof body.destroy === 'function') return void body.destroy()
  if ('cancel' in body && typeof body.cancel === 'function') return void (await body.cancel())
  await body[Symbol.asyncIterator]().return?.()
}

/** Ends the reading of a body at once, even while a chunk is waited for, if the body can be told so. */
export function breakOff(body: AsyncIterable<Uint8Array>, iterator?: AsyncIterator<Uint8Array>): void {
  // What is broken off may fail for it; nobody is left to hear of that.
  if ('destroy' in body || 'cancel' in body) discardBody(body).catch(() => {})
  iterator?.return?.().catch(() => {})
}
