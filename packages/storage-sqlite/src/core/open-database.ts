import { closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CorruptStorageError, ForeignDatabaseError } from '@atoll/storage'
import {
  all,
  applyMigration,
  createVersionTable,
  type Migration,
  pendingMigrations,
  runRoutine,
  statement,
} from '@atoll/storage-sql'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'

/** Values of `user_version`: whether the last process that opened the database closed it. */
const closedMark = 0
const openMark = 1

/**
 * What the write-ahead log is truncated to when it begins again: SQLite itself would keep the size
 * that a long export made necessary. Between two checkpoints the log usually has 4 MB.
 */
const keptLogBytes = 16 * 1024 * 1024

/**
 * Creates the database and the lock, if they are missing, with access for this user only: the
 * database will contain private keys and password hashes. SQLite itself would use the umask. It
 * gives its other files the mode of the database.
 */
export function createPrivately(file: string): void {
  for (const each of [file, `${file}-lock`]) {
    if (existsSync(each)) continue
    try {
      closeSync(openSync(each, 'wx', 0o600))
    } catch (error) {
      // Another process is starting at the same moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

/**
 * Throws a `ForeignDatabaseError` before anything is written into another program's database. All
 * of ours have a `schema_version` table.
 */
export function requireOurs(connection: Connection, file: string): void {
  const isNew = connection.pragma('schema_version') === 0
  if (!isNew && connection.pragma('table_info(schema_version)') === undefined) throw new ForeignDatabaseError(file)
}

/**
 * Configures a writing connection. With `synchronous = full` every acknowledged commit survives a
 * power loss. Checkpoints are left to `WriteAheadLog`.
 */
export function configureWriter(connection: Connection): void {
  connection.pragma('journal_mode = wal')
  connection.pragma('synchronous = full')
  // What is deleted is overwritten with zeros: deleted accounts must not be found in the file.
  connection.pragma('secure_delete = on')
  connection.pragma('wal_autocheckpoint = 0')
  connection.pragma(`journal_size_limit = ${keptLogBytes}`)
}

/**
 * Marks the database as open. Returns whether it was already so marked, that is, was not closed.
 */
export function markOpen(connection: Connection): boolean {
  const unclean = connection.pragma('user_version') === openMark
  if (!unclean) connection.pragma(`user_version = ${openMark}`)
  return unclean
}

export function markClosed(connection: Connection): void {
  connection.pragma(`user_version = ${closedMark}`)
}

/**
 * Syncs what a killed process had written but not synced, since this process will serve it and
 * build on it. The same goes for the names of the files.
 */
export function syncRemains(file: string): void {
  for (const target of [`${file}-wal`, dirname(file)]) {
    if (!existsSync(target)) continue
    const handle = openSync(target, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
}

/** Reads the whole database once and throws a `CorruptStorageError` if its structure is damaged. */
export function checkIntegrity(connection: Connection): void {
  const verdict = connection.pragma('quick_check(10)')
  if (verdict !== 'ok') throw new CorruptStorageError(`the database is damaged: ${verdict}`)
}

/** The size of the write-ahead log in bytes. */
export function sizeOfLog(file: string): number {
  return sizeOf(`${file}-wal`)
}

export function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}

/** Brings the schema up to date, each migration in its own transaction. */
export function migrate(connection: Connection, migrations: readonly Migration[], nowMs: number): void {
  if (isVersionedAsWhole(connection)) inTransaction(connection, () => splitVersions(connection))
  for (const migration of runRoutine(pendingMigrations(migrations), connection.execute)) {
    inTransaction(connection, () => runRoutine(applyMigration(migration, 'sqlite', nowMs), connection.execute))
  }
}

const versionColumns = statement((db) =>
  db.selectFrom(sql<{ name: string }>`pragma_table_info('schema_version')`.as('info')).select('info.name'),
)

/** Whether the database dates from the time when the schema had no parts. */
function isVersionedAsWhole(connection: Connection): boolean {
  const columns = runRoutine(all(versionColumns, {}), connection.execute)
  return columns.length > 0 && columns.every(({ name }) => name !== 'part')
}

/**
 * Version n of the whole schema becomes version n of the `pds` part. Version 1 also created what is
 * now version 1 of `core`. The software of that time still opens the result: it only looks for the
 * highest version.
 */
function splitVersions(connection: Connection): void {
  connection.command('alter table schema_version rename to schema_version_of_whole')
  runRoutine(createVersionTable(), connection.execute)
  const columns = 'part, version, name, applied_at'
  connection.command(
    `insert into schema_version (${columns}) select 'pds', version, name, applied_at from schema_version_of_whole`,
  )
  connection.command(
    `insert into schema_version (${columns})
     select 'core', 1, 'events and state', applied_at from schema_version_of_whole where version = 1`,
  )
  connection.command('drop table schema_version_of_whole')
}

function inTransaction(connection: Connection, work: () => void): void {
  connection.command('begin immediate')
  try {
    work()
    connection.command('commit')
  } catch (error) {
    if (connection.inTransaction) connection.command('rollback')
    throw error
  }
}
