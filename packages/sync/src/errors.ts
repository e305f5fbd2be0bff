import { BrandedError } from '@atoll/brand'

/**
 * Refuses to build an event that no consumer would take. A repository that changed by more
 * announces its state by `#sync`.
 */
export class EventTooLargeError extends BrandedError {
  static override readonly brand: string = 'atoll.sync.EventTooLargeError'
  override name = 'EventTooLargeError'
  readonly kind: 'commit' | 'sync'
  readonly what: 'bytes of blocks' | 'operations'
  readonly size: number
  readonly limit: number

  constructor(kind: 'commit' | 'sync', what: EventTooLargeError['what'], size: number, limit: number) {
    super(`a #${kind} with ${size} ${what}, at most ${limit} are allowed`)
    this.kind = kind
    this.what = what
    this.size = size
    this.limit = limit
  }
}

/**
 * Ends a consumer whose stream cannot be followed: the service's numbers went back, and the owner
 * wants to know.
 */
export class StreamError extends BrandedError {
  static override readonly brand: string = 'atoll.sync.StreamError'
  override name = 'StreamError'
  /** The name of the error frame, `FutureCursor`. */
  readonly error: string

  constructor(error: string, message: string) {
    super(message)
    this.error = error
  }
}

/** Why a repository was not fetched, although its account may well be there. */
export type ResynchronizationReason = 'response' | 'unreachable' | 'silent' | 'slow' | 'too-large' | 'outdated'

/**
 * Thrown by `resynchronize` when a service does not return a repository: it may be worth another
 * attempt, or another service.
 */
export class ResynchronizationError extends BrandedError {
  static override readonly brand: string = 'atoll.sync.ResynchronizationError'
  override name = 'ResynchronizationError'
  readonly reason: ResynchronizationReason
  /** Where the repository was asked for. */
  readonly service: string
  /** The status of its response, when that was no success. */
  readonly status: number | undefined

  constructor(
    reason: ResynchronizationReason,
    service: string,
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(`${service}: ${message}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.reason = reason
    this.service = service
    this.status = options.status
  }
}
