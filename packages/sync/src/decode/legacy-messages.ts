// `#handle`, `#migrate` and `#tombstone` were taken out of the lexicon when `#identity` and
// `#account` came.
import type { ValueMap } from '@atoll/data-model'
import { isDatetime, isDid, isHandle } from '@atoll/syntax'
import type { LegacyMessage } from './messages.ts'

export function isLegacyKind(kind: string): kind is LegacyMessage['kind'] {
  return kind === 'handle' || kind === 'migrate' || kind === 'tombstone'
}

/** The message in `body`, or the name of the field that is not as its kind asks. */
export function readLegacy(kind: LegacyMessage['kind'], body: ValueMap): LegacyMessage | string {
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
