import { closeSync, openSync } from 'node:fs'
import { BrandedError } from '@atoll/brand'

/** Another process, or another part of this one, has the log open. */
export class LogInUseError extends BrandedError {
  static override readonly brand: string = 'atoll.plc-directory.LogInUseError'
  override name = 'LogInUseError'
  readonly file: string

  constructor(file: string) {
    super(`${file} is in use: another directory has it open`)
    this.file = file
  }
}

const busy = 5 // SQLITE_BUSY

/**
 * Keeps everyone else from opening the same log. It is a lock of the operating system, taken by
 * SQLite on an empty file beside the log: it ends with the process, however that ends. Node without
 * SQLite (before 22.13) takes no lock.
 */
export function lockLog(file: string): { close(): void } {
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof import('node:sqlite') | undefined
  if (sqlite === undefined) return { close: () => undefined }
  closeSync(openSync(`${file}-lock`, 'a', 0o600)) // SQLite would create it readable for everybody
  const lock = new sqlite.DatabaseSync(`${file}-lock`, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw error instanceof Error && 'errcode' in error && error.errcode === busy ? new LogInUseError(file) : error
  }
  return { close: () => lock.close() }
}
