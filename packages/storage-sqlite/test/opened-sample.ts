import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Part, PdsParts, StorageOf } from '@atoll/storage'
import type { OpenedStorage } from '@atoll/storage/testing'
import Database from 'better-sqlite3'
import { openSqlitePdsStorage, type SqlitePdsStorageOptions } from '../src/sqlite-pds-storage.ts'

/** A fresh folder, to be removed by the caller. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'atoll-sqlite-'))
}

/** Copies the files of a database as a crash would leave them now. */
export function copyAsCrashed(file: string, to: string): void {
  for (const ending of ['', '-wal']) if (existsSync(file + ending)) cpSync(file + ending, to + ending)
}

/** A storage in its own folder, for suites. `open` opens the database at a path. */
export async function openInOwnFolder<P extends Part>(
  open: (file: string) => StorageOf<P> | Promise<StorageOf<P>>,
): Promise<OpenedStorage<P> & { file: string }> {
  const folder = temporaryFolder()
  const file = path.join(folder, 'first.sqlite')
  const opened: StorageOf<P>[] = []
  const openAt = async (name: string) => {
    const storage = await open(name)
    opened.push(storage)
    return storage
  }
  return {
    file,
    storage: await openAt(file),
    reopen: async () => {
      const copy = path.join(folder, `crashed-${opened.length}.sqlite`)
      copyAsCrashed(file, copy)
      return await openAt(copy)
    },
    close: async () => {
      for (const storage of opened) await storage.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A PDS's storage in its own folder, whose writes can be made to fail. */
export async function openSample(
  options: Omit<SqlitePdsStorageOptions, 'file'> = {},
): Promise<OpenedStorage<PdsParts> & { file: string }> {
  const failing = { at: undefined as number | undefined, calls: 0 }
  const beforeWrite = (sql: string) => {
    options.beforeWrite?.(sql)
    if (failing.at !== undefined && ++failing.calls === failing.at) {
      throw new Database.SqliteError('simulated: disk I/O error', 'SQLITE_IOERR')
    }
  }
  const opened = await openInOwnFolder<PdsParts>((file) => openSqlitePdsStorage({ ...options, file, beforeWrite }))
  return {
    ...opened,
    failWrite: (n) => {
      failing.at = n
      failing.calls = 0
    },
  }
}

/**
 * Opens a database again and again, failing at the first statement, then at the second and so on,
 * until it opens. Returns the number of attempts.
 */
export async function openFailingAtEachStatement(file: string): Promise<number> {
  for (let attempts = 1; ; attempts++) {
    let calls = 0
    const beforeWrite = () => {
      if (++calls === attempts) throw new Error('killed')
    }
    const storage = await openSqlitePdsStorage({ file, beforeWrite }).catch(() => undefined)
    await storage?.close()
    if (storage) return attempts
  }
}
