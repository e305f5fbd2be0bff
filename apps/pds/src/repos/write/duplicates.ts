import type { RecordStore } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { type PlannedWrite, pathOf } from './planned-write.ts'

/**
 * The deletions that go with a plan: of older records of the same kind that point at what a new one points at. A second like of one
 * post takes the place of the first. Two of them in one plan both stay, since neither is older; and what the caller wants unchecked
 * (`validate: false`) replaces nothing, as on other servers. Records without a link ask nothing of the storage.
 */
export async function olderDuplicates(
  records: Pick<RecordStore, 'bySubject'>,
  did: Did,
  planned: readonly PlannedWrite[],
): Promise<PlannedWrite[]> {
  const deletions = new Map<string, PlannedWrite>()
  for (const write of planned) {
    if (write.action === 'delete' || write.record.link === undefined) continue
    if (write.record.validationStatus === undefined) continue
    const { collection, link } = write.record
    for (const rkey of await records.bySubject(did, collection, link))
      deletions.set(`${collection}/${rkey}`, { action: 'delete', collection, rkey })
  }
  // What the plan itself writes or deletes is not what it replaces.
  if (deletions.size > 0) for (const write of planned) deletions.delete(pathOf(write))
  return [...deletions.values()]
}
