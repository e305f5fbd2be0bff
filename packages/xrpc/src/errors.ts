import { BrandedError } from '@atoll/brand'
import { generalErrors, isGeneralError } from './general-errors.ts'

const namesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'AuthenticationRequired'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [406, 'NotAcceptable'],
  [408, 'RequestTimeout'],
  [413, 'PayloadTooLarge'],
  [415, 'UnsupportedMediaType'],
  [426, 'UpgradeRequired'],
  [429, 'RateLimitExceeded'],
  [500, 'InternalServerError'],
  [501, 'MethodNotImplemented'],
  [502, 'UpstreamFailure'],
  [503, 'ServiceUnavailable'],
  [504, 'UpstreamTimeout'],
])

/** The HTTP status that an error name calls for: 400 unless the name says otherwise. */
export function statusOf(error: string): number {
  if (isGeneralError(error)) return generalErrors[error]
  // createSession declares this name, and clients expect the status of a failed sign-in.
  return error === 'AuthFactorTokenRequired' ? 401 : 400
}

/** The error name for a response that gives none, such as a gateway's own page. */
export function errorOfStatus(status: number): string {
  return namesByStatus.get(status) ?? (status >= 500 ? 'InternalServerError' : 'InvalidRequest')
}

export interface XrpcErrorOptions {
  /** Default: what the name calls for. */
  status?: number
  /**
   * Response headers: those that a server sends with the refusal, or those, lower-cased, that a
   * client received.
   */
  headers?: Readonly<Record<string, string>>
  cause?: unknown
}

/**
 * A refusal with a name: thrown by a server to send it, and by the client that receives it.
 *
 * @example throw new XrpcError('RepoNotFound', `no repo for ${did}`)
 */
export class XrpcError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.XrpcError'
  override name = 'XrpcError'
  readonly error: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(error: string, message = '', options: XrpcErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.error = error
    this.status = options.status ?? statusOf(error)
    this.headers = options.headers ?? {}
  }

  /** The one error shape on the wire. */
  toJSON(): { error: string; message: string } {
    return { error: this.error, message: this.message }
  }
}

/** An event-stream frame that breaks the rules of the format. */
export class FrameError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.FrameError'
  override name = 'FrameError'
  readonly reason: string

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`bad frame: ${reason}`, options)
    this.reason = reason
  }
}

/** An event stream that ended without a close code of 1000. */
export class StreamClosedError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.StreamClosedError'
  override name = 'StreamClosedError'
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, options?: { cause?: unknown }) {
    super(`the stream closed with ${code}${reason === '' ? '' : `: ${reason}`}`, options)
    this.code = code
    this.reason = reason
  }
}
