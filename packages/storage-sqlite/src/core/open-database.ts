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

/** What `user_version` says: whether the last one who had the database open closed it. */
const closedMark = 0
const openMark = 1

/**
 * What the write-ahead log is truncated to when it begins again: SQLite itself would keep the size
 * that a long export made necessary. Between two checkpoints the log usually has 4 MB.
 */
const keptLogBytes = 16 * 1024 * 1024

/**
 * Creates the database and the lock, if they are missing, for this user alone: private keys and password hashes will be in them. SQLite
 * itself would go by the umask. It gives its other files the mode of the database.
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

/** Nothing is written into another program's database. Each of ours has begun with the table of its versions. */
export function requireOurs(connection: Connection, file: string): void {
  const isNew = connection.pragma('schema_version') === 0
  if (!isNew && connection.pragma('table_info(schema_version)') === undefined) throw new ForeignDatabaseError(file)
}

/**
 * Sets up a writing connection. Every acknowledged commit is on the disk, power loss included: that is `synchronous = full`.
 * Checkpoints are left to `WriteAheadLog`.
 */
export function configureWriter(connection: Connection): void {
  connection.pragma('journal_mode = wal')
  connection.pragma('synchronous = full')
  connection.pragma('wal_autocheckpoint = 0')
  connection.pragma(`journal_size_limit = ${keptLogBytes}`)
}

/** Whether the database was left without being closed. Marks it as open. */
export function markOpen(connection: Connection): boolean {
  const unclean = connection.pragma('user_version') === openMark
  if (!unclean) connection.pragma(`user_version = ${openMark}`)
  return unclean
}

export function markClosed(connection: Connection): void {
  connection.pragma(`user_version = ${closedMark}`)
}

/**
 * Puts on the disk what a killed process had written but not synced: this process reads it, shows it to others, and builds on it.
 * The same goes for the names of the files.
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

/** Reads the whole database once and throws a `CorruptStorageError` unless its structure is sound. */
export function checkIntegrity(connection: Connection): void {
  const verdict = connection.pragma('quick_check(10)')
  if (verdict !== 'ok') throw new CorruptStorageError(`the database is damaged: ${verdict}`)
}

/** How large the write-ahead log is. */
export function sizeOfLog(file: string): number {
  return sizeOf(`${file}-wal`)
}

export function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}

/** Brings the schema up to date, each migration in a transaction of its own. */
export function migrate(connection: Connection, migrations: readonly Migration[], nowMs: number): void {
  if (isVersionedAsWhole(connection)) inTransaction(connection, () => splitVersions(connection))
  for (const migration of runRoutine(pendingMigrations(migrations), connection.execute)) {
    inTransaction(connection, () => runRoutine(applyMigration(migration, 'sqlite', nowMs), connection.execute))
  }
}

const versionColumns = statement((db) =>
  db.selectFrom(sql<{ name: string }>`pragma_table_info('schema_version')`.as('info')).select('info.name'),
)

/** Whether the database is of a time when its schema had no parts. */
function isVersionedAsWhole(connection: Connection): boolean {
  const columns = runRoutine(all(versionColumns, {}), connection.execute)
  return columns.length > 0 && columns.every(({ name }) => name !== 'part')
}

/** What was version n of the whole schema is version n of the PDS's part; the first one also made what is now version 1 of the core. */
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
