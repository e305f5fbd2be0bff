import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** A mail that waits to be sent. */
export interface OutboxMessage {
  /** Unique for ever. */
  id: string
  /** The account that it is for, with which it is deleted. */
  did: Did | undefined
  /**
   * What it is about, such as `confirm_email`: a later message to the account about the same takes
   * its place.
   */
  topic: string | undefined
  /** Which way it goes, such as `moderation`. */
  channel: string
  /** The address that it goes to. */
  recipient: string
  subject: string
  text: string
  html: string
  /** How many times sending it has failed. */
  failures: number
  /** When to try next. */
  dueAt: Datetime
  /** When it is no longer worth sending. */
  expiresAt: Datetime
}

/** How many messages may wait. */
export interface OutboxLimits {
  readonly ofAccount: number
  readonly inAll: number
}

/** Committed messages, none of which is known to have been sent. */
export interface OutboxStore {
  /** Messages that are due at this time, the longest first. */
  due(options: { at: Datetime; channel: string; limit: number }): Promise<OutboxMessage[]>
  /** Messages that have expired by this time, the longest first. */
  expired(options: { at: Datetime; limit: number }): Promise<OutboxMessage[]>
  /** How many messages wait. */
  count(): Promise<number>
}

/** How a transaction changes the outbox. */
export interface OutboxWrites {
  /**
   * Adds a message in place of an earlier one to the same account about the same topic.
   * `ConflictError('outbox')` if as many as `limits` allows wait already.
   */
  add(message: OutboxMessage, limits: OutboxLimits): void
  /** Counts a failure, and sets the next try. It is not an error if the message is gone. */
  postpone(id: string, dueAt: Datetime): void
  /** Deletes a message that was sent or given up. It is not an error if it is gone. */
  delete(id: string): void
}

/** Messages to send, as a part of a storage. */
export interface OutboxPart {
  readonly stores: { readonly outbox: OutboxStore }
  readonly writes: { readonly outbox: OutboxWrites }
}

export const outboxMethods: MethodNames<OutboxPart['writes']> = {
  outbox: { add: true, postpone: true, delete: true },
}
