import { DatabaseInUseError } from '@atoll/storage'
import Database from 'better-sqlite3'

/**
 * Prevents others from opening the same database. It is a lock of the operating system that SQLite
 * takes on an empty file beside the database, so it ends with the process, however that ends.
 */
export function lockDatabase(file: string): { close(): void } {
  const lock = new Database(`${file}-lock`, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
    throw busy ? new DatabaseInUseError(file) : error
  }
  return { close: () => void lock.close() }
}
