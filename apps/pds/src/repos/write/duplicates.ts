import { formatPath } from '@atoll/repo'
import type { RecordStore } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { deletion, type RecordDeletion, type Write } from './write.ts'

/**
 * The deletions that go with a plan: of older records of the same kind with the subject of a new
 * one. A second like of one post takes the place of the first. Two of them in one plan both stay,
 * since neither is older; and what the caller wants unchecked (`validate: false`) replaces nothing,
 * as on other servers. Records without a subject cost no read.
 */
export async function olderDuplicates(
  records: Pick<RecordStore, 'bySubject'>,
  did: Did,
  planned: readonly Write[],
): Promise<RecordDeletion[]> {
  const deletions = new Map<string, RecordDeletion>()
  for (const write of planned) {
    if (write.action === 'delete' || write.subject === undefined) continue
    if (write.validationStatus === undefined) continue
    const { collection, subject } = write
    for (const rkey of await records.bySubject(did, collection, subject)) {
      deletions.set(formatPath(collection, rkey), deletion(collection, rkey))
    }
  }
  // What the plan itself writes or deletes is not what it replaces.
  if (deletions.size > 0) for (const { collection, rkey } of planned) deletions.delete(formatPath(collection, rkey))
  return [...deletions.values()]
}
