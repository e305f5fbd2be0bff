import type { DidKey } from '@atoll/crypto'
import type { CidString } from '@atoll/syntax'
import { recoveryWindowMs } from './chain.ts'
import { contentOf, type LivingOperation, type PlcLogEntry } from './operation.ts'
import { findSigner } from './signature.ts'

/** An operation to go back to: build the recovery with `updateOperation(prev, changes, key)`. */
export interface RecoveryPoint {
  prev: LivingOperation
  /** What going back undoes, oldest first. */
  undone: CidString[]
  /** Milliseconds: the last moment at which a directory takes the recovery. */
  until: number
}

/**
 * Every point that the holder of `key` may still go back to at `now` (milliseconds), the most
 * recent first.
 */
export function recoveryPoints(entries: readonly PlcLogEntry[], key: DidKey, now: number): RecoveryPoint[] {
  const current = entries.filter((entry) => !entry.nullified)
  const points = current.flatMap((entry, index) => {
    const undone = current.slice(index + 1)
    const { operation } = entry
    if (!undone[0] || operation.type === 'plc_tombstone') return []
    const until = Date.parse(undone[0].createdAt) + recoveryWindowMs
    if (now > until || !outranks(key, undone[0], contentOf(operation).rotationKeys)) return []
    return [{ prev: operation, undone: undone.map((later) => later.cid), until }]
  })
  return points.reverse()
}

function outranks(key: DidKey, disputed: PlcLogEntry, rotationKeys: readonly string[]): boolean {
  const signer = findSigner(disputed.operation, rotationKeys)
  const rank = rotationKeys.indexOf(key)
  return signer !== undefined && rank >= 0 && rank < rotationKeys.indexOf(signer)
}
