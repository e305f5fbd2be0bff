import type { Phase } from '../measure.ts'
import { applyWritesPhase } from './apply-writes.ts'
import { blobsPhase } from './blobs.ts'
import { createAccountPhase } from './create-account.ts'
import { createRecordPhase } from './create-record.ts'
import { firehosePhase } from './firehose.ts'
import { importsPhase } from './imports.ts'
import { largeRepoPhase } from './large-repo.ts'
import { readsPhase } from './reads.ts'

/** Everything that is measured under load, in order. Memory (phase h) is read before and after. */
export const phases: readonly Phase[] = [
  createAccountPhase,
  createRecordPhase,
  applyWritesPhase,
  readsPhase,
  largeRepoPhase,
  importsPhase,
  blobsPhase,
  firehosePhase,
]
