import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import type { BlobStore, PdsStorage } from '@atoll/storage'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'

/** What a server on SQLite and files stands on, in a folder that `remove` takes away. */
export async function filesOfAMoment(): Promise<{
  folder: string
  adapters: { storage: PdsStorage; blobStore: BlobStore }
  remove(): void
}> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-pds-'))
  const storage = await openSqlitePdsStorage({ file: join(folder, 'pds.sqlite') })
  const blobStore = await openFsBlobStore({ dir: join(folder, 'blobs') })
  return { folder, adapters: { storage, blobStore }, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
