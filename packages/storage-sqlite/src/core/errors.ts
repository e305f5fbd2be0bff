import { CorruptStorageError, StorageUnavailableError } from '@atoll/storage'
import Database from 'better-sqlite3'

const reasons: readonly [prefix: string, reason: StorageUnavailableError['reason']][] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_READONLY', 'io'],
  ['SQLITE_NOMEM', 'io'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
]

/** Codes of the operating system for a file that cannot be created or used. */
const systemReasons: { readonly [code: string]: StorageUnavailableError['reason'] } = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EIO: 'io',
  EROFS: 'io',
  EMFILE: 'io',
  ENFILE: 'io',
}

/**
 * Translates errors of SQLite and the file system into those of the interfaces; returns other
 * errors unchanged.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return translateSystemError(error)
  const { code } = error
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new CorruptStorageError(error.message, { cause: error })
  }
  const known = reasons.find(([prefix]) => code.startsWith(prefix))
  return known ? new StorageUnavailableError(known[1], { cause: error }) : error
}

function translateSystemError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = systemReasons[code]
  return reason ? new StorageUnavailableError(reason, { cause: error }) : error
}
