import { encodeCbor } from './cbor-encode.ts'
import { type Cid, cidOfCbor } from './cid.ts'
import type { Value } from './value.ts'

/** Bytes with their content identifier. */
export interface Block {
  readonly cid: Cid
  readonly bytes: Uint8Array
}

/** The DAG-CBOR block of a value. */
export function blockOf(value: Value): Block {
  const bytes = encodeCbor(value)
  return { cid: cidOfCbor(bytes), bytes }
}
