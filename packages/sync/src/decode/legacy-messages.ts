// `#handle`, `#migrate` and `#tombstone` were taken out of the lexicon when `#identity` and `#account` came.
import type { ValueMap } from '@atoll/data-model'
import { type Datetime, type Did, type Handle, isDatetime, isDid, isHandle } from '@atoll/syntax'
import type { LegacyMessage } from './messages.ts'

interface LegacyBody {
  readonly seq: number
  readonly did: Did
  readonly time: Datetime
}

/** The account's handle changed. Today `#identity`. */
export interface LegacyHandle extends LegacyBody {
  readonly handle: Handle
}

/** The account moved to another server. Today `#identity`. */
export interface LegacyMigrate extends LegacyBody {
  readonly migrateTo: string | null
}

/** The account was deleted. Today `#account`. */
export type LegacyTombstone = LegacyBody

export type LegacyKind = 'handle' | 'migrate' | 'tombstone'

export function isLegacyKind(kind: string): kind is LegacyKind {
  return kind === 'handle' || kind === 'migrate' || kind === 'tombstone'
}

/** The message in `body`, or the name of the field that is not as its kind asks. */
export function readLegacy(kind: LegacyKind, body: ValueMap): LegacyMessage | string {
  const { seq, did, time, handle, migrateTo } = body
  if (typeof seq !== 'number') return 'seq'
  if (!isDid(did)) return 'did'
  if (!isDatetime(time)) return 'time'
  const common = { seq, did, time }
  if (kind === 'tombstone') return { kind, ...common, body: common }
  if (kind === 'handle') return isHandle(handle) ? { kind, ...common, body: { ...common, handle } } : 'handle'
  const isTarget = migrateTo === null || typeof migrateTo === 'string'
  return isTarget ? { kind, ...common, body: { ...common, migrateTo } } : 'migrateTo'
}
