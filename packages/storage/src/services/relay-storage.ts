import type { MethodNames, StorageOf } from '../core/storage.ts'
import { type EventPart, eventMethods } from '../events/event-log.ts'
import { type StatePart, stateMethods } from '../state/state-store.ts'

/** What a relay keeps so far: the log of events that it passes on, and small values such as cursors. Its hosts will be a part of their own. */
export type RelayParts = EventPart & StatePart

export type RelayStorage = StorageOf<RelayParts>

/** What a transaction of a relay may change. */
export type RelayTransaction = RelayParts['writes']

export const relayMethods: MethodNames<RelayTransaction> = { ...eventMethods, ...stateMethods }
