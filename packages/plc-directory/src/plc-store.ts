import type { PlcLogEntry } from '@atoll/identity/plc'
import type { CidString, Did } from '@atoll/syntax'

/** An entry with its place in the order of the whole directory, counted from 1. */
export interface SequencedEntry extends PlcLogEntry {
  seq: number
}

export interface NewEntry extends Omit<PlcLogEntry, 'nullified'> {
  /** Earlier entries of the same DID that this one undoes. */
  nullifies: CidString[]
}

/**
 * The log of every DID. The directory validates operations before it appends them; a store only
 * keeps them.
 */
export interface PlcStore {
  /** The whole log of a DID in order, nullified entries included; empty for an unknown DID. */
  entries(did: Did): Promise<SequencedEntry[]> | SequencedEntry[]
  /**
   * Resolves once the entry can be read and would survive a crash. Resolves to `false`, with
   * nothing kept, if the log of the DID has another length than `expected`.
   */
  append(entry: NewEntry, expected: number): Promise<boolean> | boolean
  /** Entries of every DID in order, from after `seq`, at most `count`. */
  exportAfter(seq: number, count: number): Promise<SequencedEntry[]> | SequencedEntry[]
  /** The same, from after a time stamp. */
  exportSince(createdAt: string, count: number): Promise<SequencedEntry[]> | SequencedEntry[]
  /** The last entry of all. */
  last(): Promise<SequencedEntry | undefined> | SequencedEntry | undefined
  close(): Promise<void> | void
}
