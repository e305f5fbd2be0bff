import { first } from './0001-first.ts'
import { recordLinks } from './0002-record-links.ts'
import { recordBlocks } from './0003-record-blocks.ts'
import { discardedBlobs } from './0004-discarded-blobs.ts'
import { claims } from './0005-claims.ts'
import { blobTypes } from './0006-blob-types.ts'
import type { Migration } from './migration.ts'

/** Every migration, in order. */
export const migrations: readonly Migration[] = [first, recordLinks, recordBlocks, discardedBlobs, claims, blobTypes]
