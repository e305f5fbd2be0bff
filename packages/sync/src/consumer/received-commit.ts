import type { CommitMessage } from '../decode/messages.ts'
import type { CollectionFilter } from '../operations/collection-filter.ts'
import { operationsOf, type RecordOperation } from '../operations/record-operation.ts'
import type { CommitEvent } from './firehose-event.ts'

/** A commit on its way to its handler. Its operations are made when they are asked for. */
export class ReceivedCommit implements CommitEvent {
  readonly kind = 'commit'
  readonly message: CommitMessage
  readonly frame: Uint8Array
  readonly verdict?: NonNullable<CommitEvent['verdict']>
  readonly #isWanted: CollectionFilter | undefined
  #operations: readonly RecordOperation[] | undefined

  constructor(
    message: CommitMessage,
    frame: Uint8Array,
    isWanted: CollectionFilter | undefined,
    verdict: CommitEvent['verdict'],
  ) {
    this.message = message
    this.frame = frame
    this.#isWanted = isWanted
    if (verdict) this.verdict = verdict
  }

  get operations(): readonly RecordOperation[] {
    return (this.#operations ??= operationsOf(this.message, this.verdict?.blocks, this.#isWanted))
  }
}
