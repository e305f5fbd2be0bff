import type { Did } from '@atoll/syntax'
import { StorageUnavailableError } from './errors.ts'
import { type Intent, type IntentRecorder, intentRecorders, replayIntents } from './intents.ts'
import type { MemoryTables } from './memory-tables.ts'
import type { MethodNames, Transactional } from './storage.ts'

export interface MemoryTransactionsDeps<Tx> {
  readonly tables: MemoryTables
  readonly methods: MethodNames<Tx>
  /** Every writer by its name, to replay a transaction on when it is committed. */
  readonly writers: Tx
  /** Called after each transaction, with whether it was committed or rolled back. */
  readonly onSettled?: (committed: boolean) => void
}

/** Transactions on in-memory tables, for every in-memory storage. */
export class MemoryTransactions<Tx extends object> implements Transactional<Tx> {
  readonly #deps: MemoryTransactionsDeps<Tx>
  readonly #newRecorder: () => IntentRecorder<Tx>
  #closed = false

  constructor(deps: MemoryTransactionsDeps<Tx>) {
    this.#deps = deps
    this.#newRecorder = intentRecorders(deps.methods)
  }

  async transact<T>(_did: Did, work: (tx: Tx) => T | Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageUnavailableError('closed')
    const recorder = this.#newRecorder()
    const result = await work(recorder)
    this.#commit(recorder.intents)
    return result
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #commit(intents: readonly Intent<Tx>[]): void {
    const { tables, writers, onSettled } = this.#deps
    try {
      replayIntents(intents, writers)
    } catch (error) {
      tables.journal.rollBack()
      onSettled?.(false)
      throw error
    }
    tables.journal.commit()
    onSettled?.(true)
  }
}
