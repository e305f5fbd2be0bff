import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'
import type { Adapters } from '../src/adapters.ts'

/** What a server on SQLite and files stands on, in a folder that `remove` takes away. */
export async function filesOfAMoment(): Promise<{ adapters: Partial<Adapters>; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-pds-'))
  const storage = await openSqlitePdsStorage({ file: join(folder, 'pds.sqlite') })
  const blobStore = await openFsBlobStore({ dir: join(folder, 'blobs') })
  return { adapters: { storage, blobStore }, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
