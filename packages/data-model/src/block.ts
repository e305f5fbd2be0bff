import { encodeCbor } from './cbor/cbor-encode.ts'
import { CID_LENGTH, Cid, cidOfCbor } from './cid/cid.ts'
import type { Value } from './value.ts'

/** Bytes with their content identifier. */
export interface Block {
  readonly cid: Cid
  readonly bytes: Uint8Array
}

/**
 * A block in one piece, as CAR files and storages have it: the 36 bytes of its CID, and its own
 * behind them.
 */
export type Section = Uint8Array

/** Sections one behind the other. */
export interface SectionRun {
  readonly bytes: Uint8Array
  /** Where in `bytes` each of them ends, and the next one begins. */
  readonly ends: readonly number[]
}

/**
 * Where blocks come from, synchronously. Returns `undefined` for a block that the source does not
 * have.
 */
export type GetBlock = (cid: Cid) => Uint8Array | undefined

/** A source that returns blocks of one repository in bulk, as a storage on the same machine can. */
export interface SectionSource {
  /** Those of `cids` that it has, in any order. */
  blocks(cids: readonly Cid[]): readonly Section[]
  /**
   * All records in the order of the tree, which is that of their paths by code unit. A run only has
   * to be valid until the next one is asked for: then its memory may be freed.
   */
  records(): Iterable<SectionRun>
}

/** The DAG-CBOR block of a value. */
export function blockOf(value: Value): Block {
  const bytes = encodeCbor(value)
  return { cid: cidOfCbor(bytes), bytes }
}

/** A block in one piece. */
export function sectionOf({ cid, bytes }: Block): Section {
  const section = new Uint8Array(CID_LENGTH + bytes.length)
  section.set(cid.bytes)
  section.set(bytes, CID_LENGTH)
  return section
}

/**
 * The block of a section, as views of it. Whether the bytes hash to the CID is not checked.
 * @throws InvalidCidError
 */
export function blockOfSection(section: Section): Block {
  return { cid: new Cid(section.subarray(0, CID_LENGTH)), bytes: section.subarray(CID_LENGTH) }
}
