import type { MethodNames, StorageOf } from '../core/storage.ts'
import { type EventPart, eventMethods } from '../events/event-log.ts'
import { type StatePart, stateMethods } from '../state/state-store.ts'

/**
 * What a relay keeps so far: the log of the events that it relays, and small values such as
 * cursors. Hosts will be another part.
 */
export type RelayParts = EventPart & StatePart

export type RelayStorage = StorageOf<RelayParts>

/** What a transaction of a relay may change. */
export type RelayTransaction = RelayParts['writes']

export const relayMethods: MethodNames<RelayTransaction> = { ...eventMethods, ...stateMethods }
