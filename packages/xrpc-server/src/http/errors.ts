import { BrandedError } from '@atoll/brand'
import { XrpcError } from '@atoll/xrpc'
import type { RouterResponse } from './messages.ts'

/** The server cannot listen on its address: `code` is EADDRINUSE, EACCES and the like. */
export class ListenError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc-server.ListenError'
  override name = 'ListenError'
  readonly code: string
  readonly host: string | undefined
  readonly port: number

  constructor(code: string, host: string | undefined, port: number, options?: { cause?: unknown }) {
    super(`cannot listen on ${host ?? '*'}:${port}: ${code}`, options)
    this.code = code
    this.host = host
    this.port = port
  }
}

/** The client went away before its request was read or its response written. */
export class ClientGoneError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc-server.ClientGoneError'
  override name = 'ClientGoneError'
  constructor(options?: { cause?: unknown }) {
    super('the client went away', options)
  }
}

/** A method refused under a name that its callers cannot know: a fault of the service. */
export class UndeclaredRefusalError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc-server.UndeclaredRefusalError'
  override name = 'UndeclaredRefusalError'
  readonly nsid: string
  readonly error: string

  constructor(nsid: string, error: string, options?: { cause?: unknown }) {
    super(`${nsid} refused with ${error}, which its lexicon does not declare`, options)
    this.nsid = nsid
    this.error = error
  }
}

/** The refusal of a body beyond the bound of its method. */
export function payloadTooLarge(): XrpcError {
  return new XrpcError('PayloadTooLargeError', 'request entity too large')
}

/** The refusal of a body that has to be compressed or decompressed, when too many wait for that. */
export function tooBusy(): XrpcError {
  const message = 'too many bodies are being compressed or decompressed at the moment: try again shortly'
  return new XrpcError('ServiceUnavailable', message, { headers: { 'retry-after': '2' } })
}

/** The refusal of a request whose body arrives too slowly. */
export function bodyTooSlow(minBytes: number, seconds: number): XrpcError {
  const message = `the request body comes too slowly: less than ${minBytes} bytes in ${seconds} seconds; send it again`
  return new XrpcError('RequestTimeout', message)
}

/** What a caller may know of an error: all of a refusal, nothing of a fault of the server. */
export function publicError(error: unknown): XrpcError {
  if (error instanceof XrpcError) return error
  // Nobody receives this response, but it is logged, and not as a fault of the server.
  if (error instanceof ClientGoneError) return new XrpcError('ClientGone', error.message, { cause: error })
  return new XrpcError('InternalServerError', 'Internal Server Error', { cause: error })
}

/** The response to every refusal: https://atproto.com/specs/xrpc#error-responses */
export function errorResponse(error: XrpcError): RouterResponse {
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ error: error.error, message: error.message }),
  }
}
