import { base32Length, writeBase32 } from '../cid/base32.ts'
import { CID_LENGTH } from '../cid/cid.ts'
import { Output } from '../output.ts'
import { writeText } from '../text.ts'

export const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32
/** What names base32 in front of its digits. */
const LETTER_B = 98
/** From this length on a native copy costs less than a loop. */
const LONG_PIECE = 32
/** Texts up to this length are copied while they are checked. */
export const LONG = 256
/** The length of an escape such as \u001f. */
export const LONGEST_ESCAPE = 6
/** More than the punctuation around one item takes. */
export const ROOM = 8
/**
 * What `copyText` does with a byte: copy it, escape it, or look at the character that it starts.
 */
const PLAIN = 0
const ESCAPED = 1
const MULTIBYTE = 2
/** Control characters by code, as JSON.stringify escapes them; the others become \u00xx. */
const SHORT_ESCAPES = new Map([
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
])

let kinds: Uint8Array | undefined

/** JSON text in the making, as UTF-8. */
export class JsonText extends Output {
  /** Whether each byte written is a character. */
  isAscii = true
  /** Views for copying words. */
  private from: DataView | undefined
  private to: DataView | undefined

  writeByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.at++] = byte
  }

  /** For our own marks and digits: nothing but ASCII. */
  writeAscii(text: string): void {
    const length = text.length
    this.reserve(length)
    const { bytes, at } = this
    if (length >= LONG_PIECE) writeText(bytes, at, text)
    else for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index)
    this.at = at + length
  }

  /** For what is JSON already. */
  writeBytes(json: Uint8Array): void {
    this.reserve(json.length)
    this.at = copy(json, 0, json.length, this.bytes, this.at)
  }

  /** The base32 form of the CID whose bytes begin at `start`, without quotes. */
  writeCid(source: Uint8Array, start: number): void {
    this.writeByte(LETTER_B)
    this.reserve(base32Length(CID_LENGTH))
    this.at = writeBase32(this.bytes, this.at, source, start, start + CID_LENGTH)
  }

  writeInteger(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 10) this.writeByte(48 + value)
    else this.writeAscii(String(value))
  }

  /**
   * Copies the UTF-8 in [start, end) to `at`; returns where it ends, or -1 if it is malformed. The
   * caller has made room for the bytes as they are and, up to `LONG`, for an escape of each. A
   * longer text makes room for its escapes itself: `bytes` may be another array then.
   */
  copyText(source: Uint8Array, start: number, end: number, at: number): number {
    return end - start > LONG ? this.copyLong(source, start, end, at) : this.copyShort(source, start, end, at)
  }

  /** Byte by byte: to find out what could be copied in one piece would cost as much. */
  private copyShort(source: Uint8Array, start: number, end: number, at: number): number {
    const kindOf = (kinds ??= kindsOfBytes())
    const bytes = this.bytes
    let index = start
    let to = at
    while (index < end) {
      const byte = source[index]!
      const kind = kindOf[byte]
      if (kind === PLAIN) {
        bytes[to++] = byte
        index++
      } else if (kind === ESCAPED) {
        to = writeEscape(bytes, to, byte)
        index++
      } else {
        const next = endOfCharacter(source, index, end)
        if (next === 0) return -1
        this.isAscii = false
        while (index < next) bytes[to++] = source[index++]!
      }
    }
    return to
  }

  /** Ensures room for `length` more bytes; the buffer is in use up to `at`. */
  reserveAt(at: number, length: number): void {
    this.at = at
    this.reserve(length)
  }

  /**
   * The memory in which `source` lies. That of blocks that are read together is the same: one view
   * of it serves them all.
   */
  wordsOf(source: Uint8Array): DataView {
    return this.from?.buffer === source.buffer ? this.from : (this.from = new DataView(source.buffer))
  }

  /** The memory in which `bytes` lie: they begin where it begins. */
  words(): DataView {
    const { buffer } = this.bytes
    return this.to?.buffer === buffer ? this.to : (this.to = new DataView(buffer))
  }

  /** What needs no escape is copied in one piece. */
  private copyLong(source: Uint8Array, start: number, end: number, at: number): number {
    const kindOf = (kinds ??= kindsOfBytes())
    let to = at
    let from = start
    let index = start
    while (index < end) {
      const byte = source[index]!
      const kind = kindOf[byte]
      if (kind === PLAIN) index++
      else if (kind === MULTIBYTE) {
        index = endOfCharacter(source, index, end)
        if (index === 0) return -1
        this.isAscii = false
      } else {
        const room = LONGEST_ESCAPE + end - from + ROOM
        if (to + room > this.bytes.length) {
          this.reserveAt(to, room)
          to = this.at
        }
        to = copy(source, from, index, this.bytes, to)
        to = writeEscape(this.bytes, to, byte)
        from = ++index
      }
    }
    return copy(source, from, end, this.bytes, to)
  }
}

/** Whether each of four bytes is plain. */
export function isPlainWord(word: number): boolean {
  const quotes = word ^ 0x22222222
  const backslashes = word ^ 0x5c5c5c5c
  // Subtracting more than a byte holds sets its highest bit. A borrow can set that of the next byte
  // as well: such a word only costs a closer look.
  return ((word | (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101)) & 0x80808080) === 0
}

/** Whether a byte is ASCII and no control character, quote or backslash: its own JSON. */
export function isPlainByte(byte: number): boolean {
  return byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH
}

function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  const length = end - start
  if (length >= LONG_PIECE) target.set(source.subarray(start, end), at)
  else for (let index = 0; index < length; index++) target[at + index] = source[start + index]!
  return at + length
}

function kindsOfBytes(): Uint8Array {
  const table = new Uint8Array(256).fill(MULTIBYTE, 0x80)
  table.fill(ESCAPED, 0, SPACE)
  table[QUOTE] = table[BACKSLASH] = ESCAPED
  return table
}

function writeEscape(bytes: Uint8Array, at: number, code: number): number {
  const short = SHORT_ESCAPES.get(code)
  return at + writeText(bytes, at, short === undefined ? `\\u${code.toString(16).padStart(4, '0')}` : `\\${short}`)
}

/**
 * Where the character of two to four bytes that starts at `at` ends; 0 if it is malformed, overlong
 * or a surrogate.
 */
function endOfCharacter(source: Uint8Array, at: number, end: number): number {
  const first = source[at]!
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > end) return 0
  const second = source[at + 1]!
  if (
    first === 0xe0
      ? second < 0xa0
      : first === 0xed
        ? second > 0x9f
        : first === 0xf0
          ? second < 0x90
          : first === 0xf4 && second > 0x8f
  ) {
    return 0
  }
  for (let index = 1; index < length; index++) if (source[at + index]! >> 6 !== 2) return 0
  return at + length
}
