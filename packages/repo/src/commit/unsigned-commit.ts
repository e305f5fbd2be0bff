import { CID_LENGTH, type Cid } from '@atoll/data-model'
import type { Did, Tid } from '@atoll/syntax'

const linkHead = [0xd8, 0x2a, 0x58, 0x25, 0x00]
/** Keys and values except for the DID and the two links. */
const maxOtherBytes = 64

/** The fields of a commit that differ, without the signature. */
interface UnsignedCommit {
  readonly did: Did
  readonly data: Cid
  readonly rev: Tid
  readonly prev: Cid | null
}

/**
 * What a commit's signature is of: the bytes that `encodeCbor` makes of its fields without `sig`.
 * One shape is quicker to write byte by byte, and what only verifies is bundled without an encoder.
 */
export function encodeUnsignedCommit({ did, rev, data, prev }: UnsignedCommit): Uint8Array {
  const writer = new Writer(maxOtherBytes + did.length + rev.length + 2 * (linkHead.length + CID_LENGTH))
  writer.byte(0xa5)
  writer.text('did')
  writer.text(did)
  writer.text('rev')
  writer.text(rev)
  writer.text('data')
  writer.link(data)
  writer.text('prev')
  writer.link(prev)
  writer.text('version')
  writer.byte(3)
  return writer.written()
}

class Writer {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(maxBytes: number) {
    this.#bytes = new Uint8Array(maxBytes)
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  /** ASCII, as all texts of a commit are. */
  text(text: string): void {
    const { length } = text
    if (length < 24) this.byte(0x60 | length)
    else if (length < 0x100) {
      this.byte(0x78)
      this.byte(length)
    } else {
      this.byte(0x79)
      this.byte(length >> 8)
      this.byte(length & 0xff)
    }
    for (let index = 0; index < length; index++) this.byte(text.charCodeAt(index))
  }

  link(cid: Cid | null): void {
    if (cid === null) this.byte(0xf6)
    else {
      this.#bytes.set(linkHead, this.#at)
      this.#bytes.set(cid.bytes, this.#at + linkHead.length)
      this.#at += linkHead.length + CID_LENGTH
    }
  }
}
