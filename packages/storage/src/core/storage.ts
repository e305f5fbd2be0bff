import type { Did } from '@atoll/syntax'

/** What one subject adds to a storage: stores that read what is committed, and what a transaction may write. */
export interface Part {
  readonly stores: object
  readonly writes: object
}

/** A storage composed of parts: `StorageOf<EventPart & StatePart>`. */
export type StorageOf<P extends Part> = P['stores'] & Transactional<P['writes']>

/** Writes whose calls are only noted down: conflicts show when the transaction is committed. */
export interface Transactional<Tx> {
  /**
   * Commits what `work` noted down: all of it or nothing, in the order of its calls. Resolves with what `work` returned once everything
   * would survive a crash. Rejects, having changed nothing, with what `work` threw, a `ConflictError` or a `StorageUnavailableError`.
   * Several transactions may be made durable together; one that fails does not disturb the others. Those of one DID whose `work`
   * returns at once are committed in the order of the calls, so that one may be built on another that is not durable yet.
   */
  transact<T>(did: Did, work: (tx: Tx) => T | Promise<T>): Promise<T>
  /** Finishes what was begun, then lets go of every resource. */
  close(): Promise<void>
}

/**
 * The names of all methods by which a transaction writes. As an object, so that a method without an entry, or an entry without a method,
 * does not compile.
 */
export type MethodNames<Tx> = {
  readonly [W in keyof Tx]: { readonly [M in keyof Tx[W]]: true }
}
