import { blockOfSection, type Cid } from '@atoll/data-model'
import { maxWrites } from '@atoll/repo'
import { type Did, formatAtUri, type Nsid, type RecordKey } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { withValue } from '../repos/record-value.ts'
import type { Repos } from '../repos/repos.ts'
import type { WriteOutcome } from '../repos/write/repo-writer.ts'
import { deletion, type KeyedRecord, type WantedWrite, type Write } from '../repos/write/write.ts'
import type {
  CommitInfo,
  RecordOperation,
  RepoRecord,
  RepoService,
  WriteOptions,
  WrittenRecord,
} from './pds-services.ts'

export function openRepoService(repos: Pick<Repos, 'reader' | 'preparer' | 'writes'>): RepoService {
  const { reader, preparer, writes } = repos
  const wanted = (operation: RecordOperation, validate: boolean | undefined): WantedWrite =>
    operation.action === 'delete'
      ? deletion(operation.collection, operation.rkey)
      : preparer.prepare({ ...operation, validate })
  return {
    async getRecord(did, collection, rkey) {
      const repo = await reader.readable(did)
      const record = await repo.record(collection, rkey)
      return record && recordOf(did, record)
    },
    async listRecords(did, collection, { limit = 50, cursor, reverse } = {}) {
      const repo = await reader.readable(did)
      let after = cursor
      for (;;) {
        const { records, takendown } = await repo.records(collection, {
          limit,
          ...(after ? { cursor: after } : {}),
          ...(reverse ? { reverse } : {}),
        })
        const shown = records.filter(({ rkey }) => !takendown.has(rkey))
        // Only the end of the list is an empty page.
        if (shown.length > 0 || records.length === 0) {
          return shown.map(({ rkey, section }) => recordOf(did, { collection, rkey, ...blockOfSection(section) }))
        }
        after = records.at(-1)?.rkey
      }
    },
    async createRecord(did, { collection, rkey, value }, { validate, swapCommit } = {}) {
      const prepared = preparer.prepare({ action: 'create', collection, rkey, value, validate })
      const outcome = await writes.create(did, prepared, swap(swapCommit))
      return written(did, outcome.writes[0], outcome)
    },
    async putRecord(did, { collection, rkey, value }, { validate, swapCommit } = {}) {
      const prepared = { ...preparer.prepare({ action: 'create', collection, rkey, value, validate }), rkey }
      return written(did, prepared, await writes.put(did, prepared, swap(swapCommit)))
    },
    async deleteRecord(did, record, { swapCommit } = {}) {
      return commitOf(await writes.delete(did, record, swap(swapCommit)))
    },
    async applyWrites(did, operations, { validate, swapCommit } = {}) {
      if (operations.length > maxWrites) throw new Refused('InvalidRequest', `Too many writes. Max: ${maxWrites}`)
      const prepared = operations.map((operation) => wanted(operation, validate))
      return commitOf(await writes.apply(did, prepared, swap(swapCommit)))
    },
  }
}

function swap(swapCommit: WriteOptions['swapCommit']): { swapCommit: string | undefined } {
  return { swapCommit: swapCommit?.toString() }
}

function commitOf({ head, committed }: WriteOutcome<readonly Write[]>): CommitInfo | undefined {
  return committed ? { cid: head.cid, rev: head.rev } : undefined
}

function written(did: Did, record: KeyedRecord, outcome: WriteOutcome<readonly Write[]>): WrittenRecord {
  const { collection, rkey, cid, validationStatus } = record
  return {
    uri: formatAtUri({ authority: did, collection, rkey }),
    rkey,
    cid,
    validationStatus,
    commit: commitOf(outcome),
  }
}

function recordOf(
  did: Did,
  { collection, rkey, cid, bytes }: { collection: Nsid; rkey: RecordKey; cid: Cid; bytes: Uint8Array },
): RepoRecord {
  return withValue({ uri: formatAtUri({ authority: did, collection, rkey }), collection, rkey, cid }, () => bytes)
}
