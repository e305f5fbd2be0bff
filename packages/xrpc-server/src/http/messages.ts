/** Requests and responses between the router and its hosts. */
import type { ByteStream, ResponseBody } from './bodies.ts'

/** Request headers; names are lower-case. */
export interface RequestHeaders {
  get(name: string): string | null
  entries(): Iterable<[string, string]>
}

/**
 * A request as every host hands it to the router. Hosts build it straight from their own request,
 * so that no `Request` object is made where none is needed.
 */
export interface RouterRequest {
  /** Upper-case. */
  readonly method: string
  /** As on the wire: not percent-decoded. */
  readonly path: string
  /** As on the wire, without the question mark. */
  readonly query: string
  readonly headers: RequestHeaders
  /** The client's address, read from X-Forwarded-For only where a trusted proxy wrote it. */
  readonly ip: string
  /** Aborted when the client goes away before it has its response. */
  readonly signal: AbortSignal
  /**
   * The bytes as they arrive, once, still in their content coding; absent when the request has no
   * body.
   */
  readonly body: ByteStream | undefined
  /**
   * Resolves in a later turn of the event loop. Await it between long pieces of work, so that
   * other requests are not kept waiting.
   */
  nextTurn(): Promise<void>
  /**
   * Reads the whole body at once, where a host can do that faster; rejects with PayloadTooLarge
   * beyond the bound.
   */
  readonly read?: (maxBytes: number) => Promise<Uint8Array>
}

/** Header names are lower-case; a list stands for several lines of the same name. */
export type ResponseHeaderMap = Record<string, string | string[]>

/** A response as the router hands it to its host. */
export interface RouterResponse {
  status: number
  headers: ResponseHeaderMap
  body?: ResponseBody | undefined
  /**
   * Hands back a body of bytes once it has been sent, so that its memory is freed at once. A host
   * that cannot tell when that is does not call it.
   */
  release?: (() => void) | undefined
}
