import type { MethodNames, StorageOf } from '../core/storage.ts'
import { type EventPart, eventMethods } from '../events/event-log.ts'
import { type StatePart, stateMethods } from '../state/state-store.ts'

/**
 * What a labeler keeps so far: the log of its label events, and small values. Labels will be
 * another part.
 */
export type LabelerParts = EventPart & StatePart

export type LabelerStorage = StorageOf<LabelerParts>

/** What a transaction of a labeler may change. */
export type LabelerTransaction = LabelerParts['writes']

export const labelerMethods: MethodNames<LabelerTransaction> = { ...eventMethods, ...stateMethods }
