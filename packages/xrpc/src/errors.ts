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

  /** @param message a sentence for people; without one, the name stands for it */
  constructor(error: string, message = '', options: XrpcErrorOptions = {}) {
    super(message || error, 'cause' in options ? { cause: options.cause } : undefined)
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

/** A text that is not the address of a server. */
export class InvalidServiceError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.InvalidServiceError'
  override name = 'InvalidServiceError'
  /** What was given, without the secrets in it: errors end up in logs. */
  readonly service: string

  /** @param advice what to write instead */
  constructor(service: string, advice: string) {
    const shown = withoutSecrets(service)
    super(`'${shown}' is not the address of a server: ${advice}`)
    this.service = shown
  }
}

/** A text that may be a URL, with its user, password and query left out. */
function withoutSecrets(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@').replace(/\?.*$/s, '?…')
}

/**
 * A server that could not be reached, or whose connection broke off. The cause is what `fetch`
 * threw.
 */
export class ConnectionError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.ConnectionError'
  override name = 'ConnectionError'
  readonly host: string
  /** What the runtime calls it, such as ECONNREFUSED; browsers tell nothing. */
  readonly code: string | undefined

  constructor(host: string, code: string | undefined, reason: string, options?: { cause?: unknown }) {
    super(
      `no connection to ${host}: ${reason}${code === undefined || reason.includes(code) ? '' : ` (${code})`}`,
      options,
    )
    this.host = host
    this.code = code
  }
}

const meanings: Readonly<Record<number, string>> = {
  1001: 'the server is going away',
  1005: 'without a reason',
  1006: 'the connection broke off, or never came about',
  1008: 'the server refuses to go on',
  1009: 'a message was too large',
  1011: 'a fault of the server',
  1012: 'the server restarts',
  1013: 'the server is busy',
}

export interface StreamClosedOptions {
  /** Where the stream came from. */
  url?: string
  cause?: unknown
}

/** An event stream that ended without a close code of 1000. */
export class StreamClosedError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc.StreamClosedError'
  override name = 'StreamClosedError'
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, { url, ...options }: StreamClosedOptions = {}) {
    const details = [meanings[code], reason, options.cause instanceof Error ? options.cause.message : '']
    const parts = [`the stream${url === undefined ? '' : ` ${url}`} closed with ${code}`, ...details]
    super(parts.filter(Boolean).join(': '), options)
    this.code = code
    this.reason = reason
  }
}
