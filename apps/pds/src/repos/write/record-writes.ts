import type { Cid } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import { Refused } from '../../refused.ts'
import { requestedCid } from '../cid-text.ts'
import type { RepoWriter, WriteOutcome } from './repo-writer.ts'
import { deletion, type KeyedRecord, type PreparedRecord, type WantedWrite, type Write } from './write.ts'

/**
 * The commit that a client saw. If it is not the head any more, the write is refused with
 * `InvalidSwap`.
 */
interface SwapCommit {
  readonly swapCommit?: string | undefined
}

/** The same for the record; null means that the client saw no record. */
interface Swaps extends SwapCommit {
  readonly swapRecord?: string | null | undefined
}

/**
 * The writes that the methods of `com.atproto.repo` make. Each is one commit; see
 * `RepoWriter.write`.
 */
export class RecordWrites {
  readonly #writer: Pick<RepoWriter, 'write'>

  constructor(writer: Pick<RepoWriter, 'write'>) {
    this.#writer = writer
  }

  create(did: Did, record: PreparedRecord, { swapCommit }: SwapCommit): Promise<WriteOutcome<readonly [KeyedRecord]>> {
    return this.#writer.write(did, ({ head, newKey }) => {
      requireSwapCommit(swapCommit, head)
      return [keyed(record, newKey)] as const
    })
  }

  /** Creates or replaces the record. Makes no commit if the same record is there already. */
  put(did: Did, record: KeyedRecord, { swapCommit, swapRecord }: Swaps): Promise<WriteOutcome<readonly Write[]>> {
    return this.#writer.write(did, async (current) => {
      const existing = await current.record(record.collection, record.rkey)
      requireSwapCommit(swapCommit, current.head)
      requireSwapRecord(swapRecord, existing)
      if (!existing) return [record]
      return existing.equals(record.cid) ? [] : [{ ...record, action: 'update' }]
    })
  }

  /**
   * Makes no commit if the record is gone already, perhaps because the same request was sent twice.
   */
  delete(
    did: Did,
    { collection, rkey }: { collection: Nsid; rkey: RecordKey },
    { swapCommit, swapRecord }: Swaps,
  ): Promise<WriteOutcome<readonly Write[]>> {
    return this.#writer.write(did, async (current) => {
      const existing = await current.record(collection, rkey)
      if (!existing) return []
      requireSwapCommit(swapCommit, current.head)
      requireSwapRecord(swapRecord, existing)
      return [deletion(collection, rkey)]
    })
  }

  /** Makes all of the writes or, if one is refused, none. */
  apply(did: Did, wanted: readonly WantedWrite[], { swapCommit }: SwapCommit): Promise<WriteOutcome<readonly Write[]>> {
    return this.#writer.write(did, ({ head, newKey }) => {
      requireSwapCommit(swapCommit, head)
      return wanted.map((write) => (write.action === 'delete' ? write : keyed(write, newKey)))
    })
  }
}

/** The record under its key: the one that it was prepared with, or a new one. */
function keyed(record: PreparedRecord, newKey: () => Tid): KeyedRecord {
  return hasKey(record) ? record : { ...record, rkey: newKey() }
}

function hasKey(record: PreparedRecord): record is KeyedRecord {
  return record.rkey !== undefined
}

function requireSwapCommit(swapCommit: string | undefined, head: { cid: Cid }): void {
  if (swapCommit !== undefined && !requestedCid(swapCommit).equals(head.cid)) {
    throw new Refused('InvalidSwap', `Commit was at ${head.cid}`)
  }
}

function requireSwapRecord(swapRecord: string | null | undefined, current: Cid | undefined): void {
  if (swapRecord === undefined) return
  const wanted = swapRecord === null ? undefined : requestedCid(swapRecord)
  const same = wanted === undefined ? current === undefined : current !== undefined && wanted.equals(current)
  if (!same) throw new Refused('InvalidSwap', `Record was at ${current ?? 'null'}`)
}
