import type { Worker } from 'node:worker_threads'
import { CorruptStorageError } from '@atoll/storage'
import { startThread } from './sqlite-thread.ts'

/** The program of the thread. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const Database = require(workerData.driver)
  try {
    const database = new Database(workerData.file, { readonly: true })
    parentPort.postMessage({ verdict: database.pragma('quick_check(10)', { simple: true }) })
    database.close()
  } catch (error) {
    const isDamaged = String(error.code).startsWith('SQLITE_CORRUPT')
    parentPort.postMessage(isDamaged ? { verdict: error.message } : { failure: error.message })
  }
`

interface Message {
  readonly verdict?: string
  readonly failure?: string
}

/**
 * Checks a database that is too large to wait for, by reading the whole file once in another
 * thread.
 */
export class BackgroundCheck {
  readonly #worker: Worker
  /** Whether the check has finished and found no damage. */
  isSound = false

  /**
   * `onDamage` is called if the database is damaged. If the check itself fails, the next start
   * repeats it.
   */
  constructor(file: string, onDamage: (error: CorruptStorageError) => void) {
    this.#worker = startThread(program, file)
    this.#worker.unref()
    this.#worker.on('error', () => {})
    this.#worker.on('message', ({ verdict }: Message) => {
      if (verdict === 'ok') this.isSound = true
      else if (verdict !== undefined) onDamage(new CorruptStorageError(`the database is damaged: ${verdict}`))
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
