import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'
import { expect, it } from 'vitest'
import { prepareDataFolder } from './data-folder.ts'

/** What a process of its own finds when it asks for the lock of a database. */
function lockSeenElsewhere(file: string): string {
  const script = `
    const Database = require('better-sqlite3')
    const lock = new Database(process.argv[1] + '-lock', { timeout: 0 })
    try { lock.exec('begin exclusive'); console.log('free') } catch (error) { console.log(error.code) }
  `
  const cwd = join(import.meta.dirname, '../../../packages/storage-sqlite')
  return execFileSync(process.execPath, ['-e', script, file], { cwd, encoding: 'utf8' }).trim()
}

it('leaves the lock to a database that this process has open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-data-folder-'))
  const file = await prepareDataFolder({ dataDirectory: folder })
  const storage = await openSqlitePdsStorage({ file })
  try {
    expect(lockSeenElsewhere(file)).toBe('SQLITE_BUSY')
    await prepareDataFolder({ dataDirectory: folder })
    expect(lockSeenElsewhere(file)).toBe('SQLITE_BUSY')
  } finally {
    await storage.close()
    rmSync(folder, { recursive: true })
  }
})
