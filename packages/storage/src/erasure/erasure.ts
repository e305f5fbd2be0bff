/** The traces that a storage leaves of what was deleted from it. */
export interface Erasure {
  /**
   * Makes what committed transactions have deleted unreadable on the disk as well: in the files of
   * the storage, and in those that it keeps beside them. Returns false if something holds it back
   * at the moment, such as an open snapshot; it has to be called again then.
   */
  eraseDeleted(): Promise<boolean>
}

/** Erasure, as a part of a storage. */
export interface ErasurePart {
  readonly stores: { readonly erasure: Erasure }
  readonly writes: object
}
