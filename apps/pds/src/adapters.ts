import { resolve } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import type { Fetch } from '@atoll/identity'
import { createGuardedFetch } from '@atoll/identity/node'
import { explainingStart } from '@atoll/process'
import type { BlobStore, PdsStorage } from '@atoll/storage'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'
import type { Config } from './config/config.ts'
import { prepareDataFolder } from './data-folder.ts'

/** What the service stands on: opened from the configuration, or given by a test. */
export interface Adapters {
  readonly storage: PdsStorage
  readonly blobStore: BlobStore
  /**
   * For requests to the did:plc directory. The operator names it, so it may be in a private
   * network.
   */
  readonly plcFetch: Fetch
}

/**
 * The embedded default: one SQLite database and a folder of blobs. `onDamage` is called if the
 * database is found damaged while it is in use.
 *
 * @throws StartError for what an operator can mend
 */
export async function openAdapters(config: Config, onDamage: (error: Error) => void = () => {}): Promise<Adapters> {
  const file = await prepareDataFolder(config.storage)
  const database = { path: file, setting: 'PDS_DATA_DIRECTORY' }
  const storage = await explainingStart([database], () => openSqlitePdsStorage({ file, onDamage }))
  try {
    const blobStore = await openBlobFolder(config.blobs)
    // Not the global `fetch`: its look-ups cannot be cancelled, and hold threads that files need.
    const plcFetch = createGuardedFetch({ allowPrivate: true, maxBytes: 4 * 1024 * 1024 })
    return { storage, blobStore, plcFetch }
  } catch (error) {
    await storage.close()
    throw error
  }
}

function openBlobFolder({ directory: dir, temporaryDirectory: temporaryDir }: Config['blobs']): Promise<BlobStore> {
  const uploads = temporaryDir ? [{ path: resolve(temporaryDir), setting: 'PDS_BLOBSTORE_DISK_TMP_LOCATION' }] : []
  const places = [{ path: resolve(dir), setting: 'PDS_BLOBSTORE_DISK_LOCATION' }, ...uploads] as const
  return explainingStart(places, () => openFsBlobStore({ dir, temporaryDir }))
}
