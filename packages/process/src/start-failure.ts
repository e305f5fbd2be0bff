import { relative } from 'node:path'
import { BrandedError } from '@atoll/brand'
import {
  CorruptStorageError,
  DatabaseInUseError,
  ForeignDatabaseError,
  SchemaTooNewError,
  StorageUnavailableError,
} from '@atoll/storage'
import { ConfigError } from './settings/read-settings.ts'

/**
 * A start that failed for a reason outside the program. The message is one sentence: what is wrong,
 * where, and what to do.
 */
export class StartError extends BrandedError {
  static override readonly brand: string = 'atoll.process.StartError'
  override name = 'StartError'
}

/** A file or folder, and the setting that named it. */
export interface ConfiguredPath {
  readonly path: string
  readonly setting: string
}

/**
 * What to tell an operator about a start that failed; undefined for a fault of the program itself.
 */
export function startFailure(error: unknown): string | undefined {
  const isTold = [ConfigError, StartError, SchemaTooNewError].some((kind) => error instanceof kind)
  return isTold ? (error as Error).message : undefined // just checked
}

/**
 * Runs a part of the start. A failure with a file becomes a `StartError` about the place that the
 * file is in, or about the first place if it is in no other.
 */
export async function explainingStart<T>(
  places: readonly [ConfiguredPath, ...ConfiguredPath[]],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const path = pathOf(error) ?? pathOf((error as Error).cause)
    const place = places.findLast((each) => path !== undefined && isWithin(path, each.path)) ?? places[0]
    const sentence = placeFailure(error, place)
    throw sentence === undefined ? error : new StartError(sentence, { cause: error })
  }
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith('..')
}

function placeFailure(error: unknown, place: ConfiguredPath): string | undefined {
  const { path, setting } = place
  if (error instanceof DatabaseInUseError) {
    return `${error.file} is in use by another process: stop that one, or choose another folder with ${setting}.`
  }
  if (error instanceof ForeignDatabaseError) return notOurs(error.file)
  if (error instanceof CorruptStorageError) return corruptFailure(error, path)
  if (error instanceof StorageUnavailableError) {
    return storageFailure(error, place) ?? systemFailure(error.cause, place) ?? sqliteFailure(error, path)
  }
  return systemFailure(error, place)
}

function corruptFailure(error: CorruptStorageError, path: string): string {
  return codeOf(error.cause)?.startsWith('SQLITE_NOTADB')
    ? notOurs(path)
    : `${path} is damaged (${error.message}): restore it from a backup.`
}

function notOurs(path: string): string {
  return `${path} is not a database of this server: move it away, or restore it from a backup.`
}

function storageFailure({ reason }: StorageUnavailableError, { path, setting }: ConfiguredPath): string | undefined {
  if (reason === 'full') return fullFailure(path, setting)
  if (reason === 'busy') {
    return `${path} is locked by another program: close what has the database open, and start again.`
  }
  return undefined
}

function fullFailure(path: string, setting: string): string {
  return `The disk that holds ${path} is full: free some space, or move the data to another disk and set ${setting} to it.`
}

function sqliteFailure({ cause }: StorageUnavailableError, path: string): string {
  const code = codeOf(cause) ?? 'unknown'
  return code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')
    ? `${path} cannot be opened for writing (${code}): change the owner or the permissions of it and of the files beside it.`
    : `${path} cannot be read or written (${code}): check whether its disk is full or failing.`
}

/**
 * An error of the system. The file that it names says more than the folder that the setting names.
 */
function systemFailure(error: unknown, place: ConfiguredPath): string | undefined {
  const code = codeOf(error)
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined
  const path = pathOf(error) ?? place.path
  const choose = `choose another folder with ${place.setting}`
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `${path} cannot be written: ${choose}, or change its permissions.`
    case 'EROFS':
      return `${path} lies on a file system that is mounted for reading only: ${choose}, or mount it for writing.`
    case 'EEXIST':
      return `${path} is not a folder: choose another with ${place.setting}.`
    case 'ENOTDIR':
      return `${path} cannot be a folder, since a part of its path is a file: ${choose}.`
    case 'EISDIR':
      return `${path} is a folder, but must be a file: move it away, or ${choose}.`
    case 'ENOENT':
      return `${path} cannot be created: check that its links and mounts are there, or ${choose}.`
    case 'ENOSPC':
    case 'EDQUOT':
      return fullFailure(path, place.setting)
    default:
      return `${path} cannot be used (${code}): ${choose}.`
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
}
