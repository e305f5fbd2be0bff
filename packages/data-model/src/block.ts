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
