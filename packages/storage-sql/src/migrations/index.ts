import { eventsAndState } from './core/0001-events-and-state.ts'
import type { Migration } from './migration.ts'
import { first } from './pds/0001-first.ts'
import { recordLinks } from './pds/0002-record-links.ts'
import { recordBlocks } from './pds/0003-record-blocks.ts'
import { discardedBlobs } from './pds/0004-discarded-blobs.ts'
import { claims } from './pds/0005-claims.ts'
import { blobTypes } from './pds/0006-blob-types.ts'
import { didDocuments } from './pds/0007-did-documents.ts'
import { outbox } from './pds/0008-outbox.ts'
import { imports } from './pds/0009-imports.ts'
import { recordTakedowns } from './pds/0010-record-takedowns.ts'
import { blobUsage } from './pds/0011-blob-usage.ts'
import { secondFactors } from './pds/0012-second-factors.ts'
import { dueDeletions } from './pds/0013-due-deletions.ts'

/** The migrations that every service's database begins with, in order. */
export const coreMigrations: readonly Migration[] = [eventsAndState]

/** All migrations of a PDS, in order. */
export const pdsMigrations: readonly Migration[] = [
  ...coreMigrations,
  first,
  recordLinks,
  recordBlocks,
  discardedBlobs,
  claims,
  blobTypes,
  didDocuments,
  outbox,
  imports,
  recordTakedowns,
  blobUsage,
  secondFactors,
  dueDeletions,
]
