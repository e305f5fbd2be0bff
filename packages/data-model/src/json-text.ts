import { Output } from './output.ts'
import { writeText } from './text.ts'

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32
/** From this length on a native copy costs less than a loop. */
const LONG_PIECE = 32
const WORD = 4
/** Up to this length texts are copied as they are looked at. */
const LONG = 256
/** What `writeText` does with a byte: copy it, escape it, or look at the character that it starts. */
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
  /** Views for copying words, and what they are views of. */
  private from: DataView | undefined
  private fromBytes: Uint8Array | undefined
  private to: DataView | undefined
  private toBytes: Uint8Array | undefined

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

  writeInteger(value: number): void {
    if (value >= 0 && value < 10) this.writeByte(48 + value)
    else this.writeAscii(String(value))
  }

  /** Quotes and copies the UTF-8 in [start, end), and says whether it was UTF-8. */
  writeText(source: Uint8Array, start: number, end: number): boolean {
    const length = end - start
    this.reserve(length * 6 + 2)
    this.bytes[this.at++] = QUOTE
    const isText = length > LONG ? this.copyLong(source, start, end) : this.copyShort(source, start, end)
    this.bytes[this.at++] = QUOTE
    return isText
  }

  /** Byte by byte: to find out what could be copied in one piece would cost as much. */
  private copyShort(source: Uint8Array, start: number, end: number): boolean {
    const kindOf = (kinds ??= kindsOfBytes())
    const bytes = this.bytes
    let index = end - start < 2 * WORD ? start : this.copyWords(source, start, end)
    let to = this.at
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
        if (next === 0) return false
        this.isAscii = false
        while (index < next) bytes[to++] = source[index++]!
      }
    }
    this.at = to
    return true
  }

  /** Copies four bytes at a time for as long as none of them needs a closer look; answers where that ends. */
  private copyWords(source: Uint8Array, start: number, end: number): number {
    const from = this.viewOf(source)
    const to = this.ownView()
    const shift = source.byteOffset
    const last = shift + end - WORD
    let at = this.at
    let index = shift + start
    for (; index <= last; index += WORD, at += WORD) {
      const word = from.getInt32(index, true)
      if (!isPlain(word)) break
      to.setInt32(at, word, true)
    }
    this.at = at
    return index - shift
  }

  /** Blocks that are read together lie in the same memory: one view of it serves them all. */
  private viewOf(source: Uint8Array): DataView {
    if (this.from && this.fromBytes === source) return this.from
    this.fromBytes = source
    return this.from?.buffer === source.buffer ? this.from : (this.from = new DataView(source.buffer))
  }

  private ownView(): DataView {
    const { bytes } = this
    if (this.to && this.toBytes === bytes) return this.to
    this.toBytes = bytes
    return (this.to = new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
  }

  /** What needs no escape is copied in one piece. */
  private copyLong(source: Uint8Array, start: number, end: number): boolean {
    const kindOf = (kinds ??= kindsOfBytes())
    const bytes = this.bytes
    let to = this.at
    let from = start
    let index = start
    while (index < end) {
      const byte = source[index]!
      const kind = kindOf[byte]
      if (kind === PLAIN) index++
      else if (kind === MULTIBYTE) {
        index = endOfCharacter(source, index, end)
        if (index === 0) return false
        this.isAscii = false
      } else {
        to = copy(source, from, index, bytes, to)
        to = writeEscape(bytes, to, byte)
        from = ++index
      }
    }
    this.at = copy(source, from, end, bytes, to)
    return true
  }
}

/** Whether each of four bytes is ASCII and no control character, quote or backslash. */
function isPlain(word: number): boolean {
  const quotes = word ^ 0x22222222
  const backslashes = word ^ 0x5c5c5c5c
  // To take more from a byte than it is sets the uppermost bit of the word that is left; that it may do so elsewhere, too, costs a closer look.
  return ((word | (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101)) & 0x80808080) === 0
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

/** Where the character of two to four bytes that starts at `at` ends; 0 if it is malformed, overlong or a surrogate. */
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
  )
    return 0
  for (let index = 1; index < length; index++) if (source[at + index]! >> 6 !== 2) return 0
  return at + length
}
