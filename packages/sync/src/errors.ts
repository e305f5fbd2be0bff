import type { EventKind } from './build/events.ts'

/** Refuses to build an event that no consumer would take. A repository that changed by more states its end with `#sync`. */
export class EventTooLargeError extends Error {
  override name = 'EventTooLargeError'
  constructor(
    readonly kind: EventKind,
    readonly what: 'bytes of blocks' | 'operations',
    readonly size: number,
    readonly limit: number,
  ) {
    super(`a #${kind} with ${size} ${what}, at most ${limit} are allowed`)
  }
}

/** Ends a consumer whose stream cannot be followed: the service's numbers went back, and the owner wants to know. */
export class StreamError extends Error {
  override name = 'StreamError'
  constructor(
    /** The name of the error frame, `FutureCursor`. */
    readonly error: string,
    message: string,
  ) {
    super(message)
  }
}
