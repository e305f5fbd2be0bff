import { type Block, CID_LENGTH, type Cid, decodeCid, InvalidCidError, verifyCid } from '@atoll/data-model'
import { CarError } from './errors.ts'
import { decodeHeader } from './header.ts'
import type { CarLimits } from './limits.ts'
import { MAX_VARINT_BYTES } from './write.ts'

const INCOMPLETE = -1
const MIN_BUFFER_BYTES = 64 * 1024
/** How much of a text that is no CAR file an error shows. */
const SHOWN = 40
/** So many characters of ASCII in a row are text: the header's map begins before. */
const MIN_TEXT = 5

/** Splits a CAR file into its sections, as far as its bytes have been read. */
export class SectionReader {
  readonly #limits: CarLimits
  #bytes: Uint8Array
  #at = 0
  #end: number
  /** Where in the file `bytes` begin. */
  #base = 0
  #count = 0

  constructor(limits: CarLimits, bytes: Uint8Array = new Uint8Array()) {
    this.#limits = limits
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Appends a copy of the next bytes of the file. */
  append(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#bytes.length) this.#makeRoom(piece.length)
    this.#bytes.set(piece, this.#end)
    this.#end += piece.length
  }

  /** Moves what is unread to a new buffer: blocks already returned are views of the old one. */
  #makeRoom(length: number): void {
    const unread = this.#end - this.#at
    const grown = new Uint8Array(Math.max(MIN_BUFFER_BYTES, unread * 2, unread + length))
    grown.set(this.#bytes.subarray(this.#at, this.#end))
    this.#base += this.#at
    this.#at = 0
    this.#end = unread
    this.#bytes = grown
  }

  /** The roots; `undefined` while the header is incomplete. */
  readHeader(): Cid[] | undefined {
    const start = this.#at
    if (looksLikeText(this.#bytes, start, this.#end)) this.#refuse('header', start, this.#notACar())
    const length = this.#readVarint()
    if (length === INCOMPLETE) return undefined
    if (length === 0) this.#refuse('header', start, 'an empty header')
    if (length > this.#limits.maxHeaderBytes) this.#refuse('header-too-large', start, `a header of ${length} bytes`)
    if (length > this.#end - this.#at) return this.#rewind(start)
    const header = this.#view(this.#at, length)
    const offset = this.#base + this.#at
    this.#at += length
    return decodeHeader(header, offset, this.#limits)
  }

  /**
   * The next block, or `undefined` if more bytes are needed, whether between sections or within
   * one.
   */
  readBlock(): Block | undefined {
    const start = this.#at
    if (start === this.#end) return undefined
    const length = this.#readVarint()
    if (length === INCOMPLETE) return undefined
    this.#checkLength(length, start)
    if (length > this.#end - this.#at) return this.#rewind(start)
    if (this.#count >= this.#limits.maxBlocks) this.#refuse('too-many-blocks', start, `more than ${this.#count} blocks`)
    const cid = this.#readCid()
    const bytes = this.#view(this.#at + CID_LENGTH, length - CID_LENGTH)
    if (this.#limits.verify && !verifyCid(cid, bytes)) {
      this.#refuse('mismatch', this.#at, `other bytes than those of ${cid}`)
    }
    this.#at += length
    this.#count++
    return { cid, bytes }
  }

  /** Call it when there are no more bytes. */
  finish(): void {
    if (this.#at < this.#end) this.#refuse('truncated', this.#end, 'cut off')
  }

  /** Refuses a file that ended within its header. */
  refuseTruncated(): never {
    return this.#refuse('truncated', this.#end, this.#base + this.#end === 0 ? 'no bytes at all' : 'cut off')
  }

  #notACar(): string {
    const start = new TextDecoder().decode(this.#bytes.subarray(this.#at, Math.min(this.#end, this.#at + SHOWN)))
    return `text where a CAR file should begin (${JSON.stringify(start)})`
  }

  #checkLength(length: number, start: number): void {
    if (length === 0) this.#refuse('empty-section', start, 'an empty section')
    if (length < CID_LENGTH) this.#refuse('cid', start, 'a section too short for a CID')
    if (length - CID_LENGTH > this.#limits.maxBlockBytes) {
      this.#refuse('block-too-large', start, `a block of ${length - CID_LENGTH} bytes`)
    }
  }

  #readCid(): Cid {
    const bytes = this.#bytes
    const at = this.#at
    // Copied: it costs no more than a view at this size, and a CID often outlives its block.
    const own = new Uint8Array(CID_LENGTH)
    for (let index = 0; index < CID_LENGTH; index++) own[index] = bytes[at + index]!
    try {
      return decodeCid(own)
    } catch (error) {
      if (error instanceof InvalidCidError) this.#refuse('cid', at, error.message)
      throw error
    }
  }

  #readVarint(): number {
    const bytes = this.#bytes
    const end = this.#end
    const start = this.#at
    let value = 0
    let scale = 1
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      if (start + index === end) return INCOMPLETE
      const byte = bytes[start + index]!
      value += (byte & 127) * scale
      if (byte < 128) {
        if ((byte === 0 && index > 0) || value > Number.MAX_SAFE_INTEGER) break
        this.#at = start + index + 1
        return value
      }
      scale *= 128
    }
    return this.#refuse('varint', start, 'a malformed length')
  }

  #rewind(start: number): undefined {
    this.#at = start
    return undefined
  }

  /** Not `subarray`: of a Node Buffer that would be a Buffer, and it is slower. */
  #view(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length)
  }

  #refuse(reason: CarError['reason'], at: number, message: string): never {
    throw new CarError(reason, this.#base + at, message)
  }
}

/**
 * Whether this is text, such as an error page that a server sent in place of a file. A CAR file has
 * the head of a map behind the length of its header, a byte that is not ASCII.
 */
function looksLikeText(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < MIN_TEXT) return false
  for (let at = start; at < start + MIN_TEXT; at++) {
    const byte = bytes[at]!
    if ((byte < 0x20 || byte > 0x7e) && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false
  }
  return true
}
