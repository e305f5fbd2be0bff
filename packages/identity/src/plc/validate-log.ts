import { TimeSlice } from '@atoll/event-loop'
import { type CidString, type Did, isCidString, isDid } from '@atoll/syntax'
import { acceptOperation } from './chain.ts'
import { PlcError, type PlcFault } from './errors.ts'
import { maxLoggedBytes, maxLoggedKeys } from './limits.ts'
import {
  type AnyOperation,
  dataOf,
  isPlainObject,
  type PlcData,
  type PlcLogEntry,
  parseOperation,
} from './operation.ts'
import { cidOfOperation, encodeOperation } from './signature.ts'

export interface PlcIssue {
  /** Which entry of the log is at fault; -1 for the log as a whole. */
  index: number
  fault: PlcFault
  message: string
}

/** A log that holds, and the state it leads to. */
export interface ValidLog {
  entries: PlcLogEntry[]
  last: AnyOperation
  lastCid: CidString
  /** Absent when the identity has ended in a tombstone. */
  data: PlcData | undefined
}

export type ValidatedLog = { ok: true; value: ValidLog } | { ok: false; issues: PlcIssue[] }

export interface ValidateLogOptions {
  /** Milliseconds. Entries from later than this are refused; without it, any time is accepted. */
  now?: number
  maxEntries?: number
  /** Of all operations together, in their DAG-CBOR form. */
  maxBytes?: number
}

const clockToleranceMs = 5 * 60 * 1000

/**
 * Validates a whole audit log, as `GET /:did/log/audit` returns it, trusting the directory for
 * nothing but the time stamps: signatures, hashes, order, which operations are nullified and who
 * was allowed to undo them.
 *
 * How many entries there are, their size and their form are checked first. Validation stops at the
 * first entry that breaks the chain, because nothing after it can be weighed. A log at its limits
 * takes long: see `validateLogInPieces`.
 */
export function validateLog(did: Did, log: unknown, options: ValidateLogOptions = {}): ValidatedLog {
  const work = validateEntries(did, log, options)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/**
 * `validateLog` for a process that has other things to do: it lets them go on after each `pieceMs`
 * of work.
 */
export async function validateLogInPieces(
  did: Did,
  log: unknown,
  { pieceMs, signal, ...options }: ValidateLogOptions & { pieceMs?: number; signal?: AbortSignal } = {},
): Promise<ValidatedLog> {
  const work = validateEntries(did, log, options)
  const slice = new TimeSlice(pieceMs)
  for (;;) {
    signal?.throwIfAborted()
    const step = work.next()
    if (step.done) return step.value
    if (slice.isOver) await slice.next()
  }
}

/** Validates the operations that `GET /:did/log` returns: those in force, without time stamps. */
export function validateOperations(
  did: Did,
  operations: unknown,
  options: Omit<ValidateLogOptions, 'now'> = {},
): ValidatedLog {
  if (!Array.isArray(operations)) return validateLog(did, operations, options)
  const createdAt = new Date(0).toISOString()
  const entries = operations.map((operation) => ({ did, operation, cid: undefined, nullified: false, createdAt }))
  return validateLog(did, entries, options)
}

/** Yields after one entry or a few, so that the work can be cut into slices. */
function* validateEntries(did: Did, log: unknown, options: ValidateLogOptions): Generator<void, ValidatedLog> {
  const { now, maxEntries = 1000, maxBytes = 2 * 1024 * 1024 } = options
  if (!Array.isArray(log) || log.length === 0) return faulty(-1, 'shape', 'not a list of entries')
  if (log.length > maxEntries) return faulty(-1, 'limit', `${log.length} entries, at most ${maxEntries}`)

  const entries: ClaimedEntry[] = []
  const replayed: PlcLogEntry[] = []
  let index = 0
  try {
    let bytes = 0
    for (; index < log.length; index++) {
      const entry = parseEntry(log[index])
      bytes += requireBounded(entry.operation)
      if (bytes > maxBytes) throw new PlcError('limit', `operations of more than ${maxBytes} bytes`)
      entries.push(entry)
      if (index % 50 === 49) yield
    }
    for (index = 0; index < log.length; index++) {
      replay(did, replayed, entries[index]!, now)
      yield
    }
  } catch (error) {
    if (error instanceof PlcError) return faulty(index, error.fault, error.message)
    throw error
  }
  const claims = log as PlcLogEntry[] // each was parsed above
  const issues = replayed.flatMap((entry, at) => nullificationIssue(entry, claims[at], at))
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: outcomeOf(did, replayed) }
}

function faulty(index: number, fault: PlcFault, message: string): ValidatedLog {
  return { ok: false, issues: [{ index, fault, message }] }
}

/** The bytes of an operation that is neither too long nor needs too many signature checks. */
function requireBounded(operation: AnyOperation): number {
  const size = encodeOperation(operation).length
  if (size > maxLoggedBytes) throw new PlcError('limit', `${size} bytes, at most ${maxLoggedBytes}`)
  if (operation.type !== 'plc_operation') return size
  const keys = new Set(operation.rotationKeys).size
  if (keys > maxLoggedKeys) throw new PlcError('limit', `${keys} rotation keys, at most ${maxLoggedKeys}`)
  return size
}

interface ClaimedEntry {
  did: Did
  operation: AnyOperation
  /** Absent where the source of the log gives none. */
  cid: CidString | undefined
  createdAt: string
}

function parseEntry(json: unknown): ClaimedEntry {
  if (!isPlainObject(json)) throw new PlcError('shape', 'not an object')
  const { did, operation, cid, nullified, createdAt } = json
  if (!isDid(did)) throw new PlcError('shape', 'invalid did')
  if (cid !== undefined && !isCidString(cid)) throw new PlcError('shape', 'invalid cid')
  if (typeof nullified !== 'boolean') throw new PlcError('shape', 'invalid nullified')
  if (!isTimestamp(createdAt)) throw new PlcError('shape', 'invalid createdAt')
  return { did, operation: parseOperation(operation), cid, createdAt }
}

function replay(did: Did, replayed: PlcLogEntry[], entry: ClaimedEntry, now: number | undefined): void {
  const { operation, createdAt } = entry
  if (entry.did !== did) throw new PlcError('did', `entry of ${entry.did}`)

  const time = Date.parse(createdAt)
  const last = replayed.at(-1)
  if (last && time < Date.parse(last.createdAt)) throw new PlcError('time', 'older than the entry before it')
  if (now !== undefined && time > now + clockToleranceMs) throw new PlcError('time', 'from the future')

  const cid = cidOfOperation(operation)
  if (entry.cid !== undefined && entry.cid !== cid) throw new PlcError('cid', `the operation hashes to ${cid}`)

  const { nullified } = acceptOperation(did, replayed, operation, time)
  for (const undone of replayed) if (nullified.includes(undone.cid)) undone.nullified = true
  replayed.push({ did, operation, cid, nullified: false, createdAt })
}

function nullificationIssue(entry: PlcLogEntry, claim: PlcLogEntry | undefined, index: number): PlcIssue[] {
  if (entry.nullified === claim?.nullified) return []
  const message = entry.nullified ? 'should be nullified' : 'should not be nullified'
  return [{ index, fault: 'nullified', message }]
}

function outcomeOf(did: Did, entries: PlcLogEntry[]): ValidLog {
  const last = entries.findLast((entry) => !entry.nullified)
  if (!last) throw new Error('a log that holds has an operation in force')
  return { entries, last: last.operation, lastCid: last.cid, data: dataOf(did, last.operation) }
}

function isTimestamp(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  )
}
