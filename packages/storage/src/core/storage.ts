import type { Did } from '@atoll/syntax'

/**
 * What one subject adds to a storage: stores that read committed data, and the writers of a
 * transaction.
 */
export interface Part {
  readonly stores: object
  readonly writes: object
}

/** A storage composed of parts: `StorageOf<EventPart & StatePart>`. */
export type StorageOf<P extends Part> = P['stores'] & Transactional<P['writes']>

/** Transactions that record their calls: conflicts only show when the transaction is committed. */
export interface Transactional<Tx> {
  /**
   * Commits the calls that `work` made on `tx`, in order: all of them or none. Resolves with the
   * result of `work` once everything would survive a crash. Rejects, having changed nothing, with
   * what `work` threw, a `ConflictError` or a `StorageUnavailableError`. Several transactions may
   * be made durable together; one that fails does not affect the others. Transactions of one DID
   * whose `work` is synchronous are committed in the order of the calls, so that one may build on
   * another that is not durable yet.
   */
  transact<T>(did: Did, work: (tx: Tx) => T | Promise<T>): Promise<T>
  /** Finishes pending transactions, then releases every resource. */
  close(): Promise<void>
}

/**
 * The names of all methods of a transaction. It is an object so that a method without an entry, or
 * an entry without a method, does not compile.
 */
export type MethodNames<Tx> = {
  readonly [W in keyof Tx]: { readonly [M in keyof Tx[W]]: true }
}
