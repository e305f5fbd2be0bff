import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'
import type { UnnumberedFrame } from './numbered-frame.ts'

/** An event that is ready to be appended to the log, which numbers it. */
export interface NewEvent {
  /** The account that it is about. */
  readonly did: Did
  /** The message type without its `#`. */
  readonly kind: string
  readonly time: Datetime
  readonly frame: UnnumberedFrame
}

/** An event with its number, and the frame that every subscriber gets. */
export interface StoredEvent {
  seq: number
  did: Did
  kind: string
  time: Datetime
  frame: Uint8Array
}

/** Called with events as soon as they are durable, in order, each exactly once. */
export type AppendListener = (events: readonly StoredEvent[]) => void

/**
 * Events in one order. Their numbers strictly increase and are never reused: not after a crash, not
 * when the newest events were removed, and not after an older backup was restored (see `firstSeq`).
 */
export interface EventLog {
  /**
   * The highest number that a reader can have seen: the last one assigned or, before this log has
   * assigned any since it was opened, the one below that with which it continues.
   */
  last(): Promise<number>
  /**
   * Events numbered up to and including this one are no longer kept. 0 when nothing was trimmed.
   */
  horizon(): Promise<number>
  /**
   * Events numbered above `after`, ascending: at most `limit`, ending with the one whose frame
   * brings the total to `maxBytes`.
   */
  page(options: { after: number; limit: number; maxBytes?: number }): Promise<StoredEvent[]>
  /**
   * Calls `listener` with every event from now on, not with those up to `last`. Returns a function
   * that removes it.
   */
  onAppend(listener: AppendListener): () => void
  /**
   * Deletes the oldest events up to the first whose time is not before `before`; returns how many.
   */
  trim(options: { before: Datetime }): Promise<number>
}

/** How a transaction changes the event log. */
export interface EventWrites {
  /** Numbered in the order of the calls when the transaction commits. */
  append(event: NewEvent): void
  /**
   * Removes the events of a DID that were stored before this transaction's own; their numbers stay
   * used.
   */
  removeOf(did: Did): void
}

/**
 * Sequence numbers count microseconds from this moment, so that they stay exact in JavaScript until
 * the year 2305.
 */
const epochMs = Date.UTC(2020, 0, 1)

/**
 * The first number to assign after opening a log whose last one was `last`. The wall clock is the
 * floor: a log restored from an older backup continues above every number that the lost log can
 * have assigned, provided that it assigned fewer than a million per second.
 */
export function firstSeq(last: number, nowMs: number): number {
  return Math.max(last + 1, Math.floor((nowMs - epochMs) * 1000), 1)
}

/** The event log, as a part of a storage. */
export interface EventPart {
  readonly stores: { readonly events: EventLog }
  readonly writes: { readonly events: EventWrites }
}

export const eventMethods: MethodNames<EventPart['writes']> = {
  events: { append: true, removeOf: true },
}
