import type { DidKey } from '@atoll/crypto'
import type { CidString, Did } from '@atoll/syntax'
import { GenesisHashError, LateRecoveryError, MisorderedOperationError } from './errors.ts'
import { type AnyOperation, contentOf, type LivingOperation, type PlcLogEntry } from './operation.ts'
import { cidOfOperation, didOfGenesis, requireSigner } from './signature.ts'

/** How long a stronger rotation key may undo what a weaker one signed. */
export const recoveryWindowMs = 72 * 60 * 60 * 1000

export interface Accepted {
  cid: CidString
  /** The rotation key that signed. */
  signer: DidKey
  /** The operations that this one undoes, oldest first. */
  nullified: CidString[]
}

/**
 * The one rule of the log: may `operation`, received at `time` (milliseconds), follow the entries
 * that `did` has? Throws a `PlcError` when not.
 *
 * `entries` is the whole log in order; nullified ones are passed over.
 */
export function acceptOperation(
  did: Did,
  entries: readonly PlcLogEntry[],
  operation: AnyOperation,
  time: number,
): Accepted {
  const current = entries.filter((entry) => !entry.nullified)
  if (current.length === 0) return acceptGenesis(did, operation)

  const forkAt = current.findIndex((entry) => entry.cid === operation.prev)
  const prev = current[forkAt]?.operation
  if (!prev || prev.type === 'plc_tombstone') throw new MisorderedOperationError(operation.prev)

  const cid = cidOfOperation(operation)
  const { rotationKeys } = contentOf(prev)
  const undone = current.slice(forkAt + 1)
  if (!undone[0]) return { cid, signer: requireSigner(operation, rotationKeys), nullified: [] }

  const signer = requireSigner(operation, keysAbove(undone[0].operation, rotationKeys))
  requireLater(time, entries, operation)
  requireInWindow(time, undone[0])
  return { cid, signer, nullified: undone.map((entry) => entry.cid) }
}

function acceptGenesis(did: Did, operation: AnyOperation): Accepted {
  if (operation.type === 'plc_tombstone' || operation.prev !== null) throw new MisorderedOperationError(operation.prev)
  const genesis: LivingOperation = operation
  const signer = requireSigner(genesis, contentOf(genesis).rotationKeys)
  const expected = didOfGenesis(genesis)
  if (expected !== did) throw new GenesisHashError(expected)
  return { cid: cidOfOperation(genesis), signer, nullified: [] }
}

/** The keys with more authority than the one that signed `disputed`. */
function keysAbove(disputed: AnyOperation, rotationKeys: readonly string[]): readonly string[] {
  return rotationKeys.slice(0, rotationKeys.indexOf(requireSigner(disputed, rotationKeys)))
}

function requireLater(time: number, entries: readonly PlcLogEntry[], operation: AnyOperation): void {
  const last = entries.at(-1)
  if (last && time <= Date.parse(last.createdAt)) throw new MisorderedOperationError(operation.prev)
}

function requireInWindow(time: number, firstUndone: PlcLogEntry): void {
  const elapsedMs = time - Date.parse(firstUndone.createdAt)
  if (elapsedMs > recoveryWindowMs) throw new LateRecoveryError(elapsedMs)
}
