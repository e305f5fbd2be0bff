import { CorruptStorageError, StorageUnavailableError } from '@atoll/storage'
import Database from 'better-sqlite3'

/** Another process, or another storage in this one, has the database open. */
export class DatabaseInUseError extends Error {
  override name = 'DatabaseInUseError'
  constructor(readonly file: string) {
    super(`the database ${file} is in use by another process`)
  }
}

const reasons: readonly [prefix: string, reason: StorageUnavailableError['reason']][] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_READONLY', 'io'],
  ['SQLITE_NOMEM', 'io'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
]

/** What SQLite throws, in the words of the interfaces; everything else as it is. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const { code } = error
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new CorruptStorageError(error.message, { cause: error })
  }
  const known = reasons.find(([prefix]) => code.startsWith(prefix))
  return known ? new StorageUnavailableError(known[1], { cause: error }) : error
}
