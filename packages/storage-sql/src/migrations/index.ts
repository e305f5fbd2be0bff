import type { Migration } from './migration.ts'
import { first } from './pds/0001-first.ts'
import { recordLinks } from './pds/0002-record-links.ts'
import { recordBlocks } from './pds/0003-record-blocks.ts'
import { discardedBlobs } from './pds/0004-discarded-blobs.ts'
import { claims } from './pds/0005-claims.ts'
import { blobTypes } from './pds/0006-blob-types.ts'

/** Every migration, in order. */
export const migrations: readonly Migration[] = [first, recordLinks, recordBlocks, discardedBlobs, claims, blobTypes]
