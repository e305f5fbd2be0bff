import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { blobFolders } from '@atoll/blobstore-fs'
import type { Config } from './config/config.ts'

/** The permission bits of everybody but the owner. */
const others = 0o077

/**
 * Warnings for the operator about files and folders that other users of the machine can open: at
 * most one sentence for each kind. Such files were made by an earlier version, restored, or copied.
 * Nothing is changed, since the mode may be intended.
 */
export async function exposureWarnings(
  { storage, blobs }: Pick<Config, 'storage' | 'blobs'>,
  secretFiles: readonly string[] = [],
): Promise<string[]> {
  // The modes of Windows say nothing about who may open a file.
  if (process.platform === 'win32') return []
  const secret = await exposed([...(await databaseFiles(storage.dataDirectory)), ...secretFiles])
  const folders = await exposed(blobFolders({ dir: blobs.directory, temporaryDir: blobs.temporaryDirectory }))
  return [
    ...warning('Other users of this machine can open files with private keys and password hashes', '600', secret),
    ...warning('Other users of this machine can open unpublished and taken-down blobs', '700', folders),
  ]
}

/** The database, the files that SQLite keeps beside it, and copies that somebody made there. */
async function databaseFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.startsWith('pds.sqlite')).map((name) => join(folder, name))
}

async function exposed(paths: readonly string[]): Promise<string[]> {
  const modes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ mode }) => mode,
        () => 0,
      ),
    ),
  )
  return paths.filter((_, at) => ((modes[at] ?? 0) & others) !== 0)
}

function warning(what: string, mode: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return []
  return [`${what}: chmod ${mode} ${paths.map((path) => shellWord(resolve(path))).join(' ')}`]
}

function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
