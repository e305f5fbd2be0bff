import { Output } from './output.ts'
import { writeText } from './text.ts'

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32
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

/** JSON text in the making, as UTF-8. */
export class JsonText extends Output {
  writeByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.at++] = byte
  }

  /** For our own marks and digits: short, and nothing but ASCII. */
  writeAscii(text: string): void {
    const length = text.length
    this.reserve(length)
    const { bytes, at } = this
    for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index)
    this.at = at + length
  }

  writeInteger(value: number): void {
    if (value >= 0 && value < 10) this.writeByte(48 + value)
    else this.writeAscii(String(value))
  }

  /** Quotes and copies the UTF-8 in [start, end), and says whether it was UTF-8. */
  writeText(source: Uint8Array, start: number, end: number): boolean {
    this.reserve((end - start) * 6 + 2)
    const bytes = this.bytes
    let to = this.at
    bytes[to++] = QUOTE
    let from = start
    while (from < end) {
      const byte = source[from]!
      if (byte < 0x80) {
        if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) bytes[to++] = byte
        else to = writeEscape(bytes, to, byte)
        from++
      } else {
        const after = endOfCharacter(source, from, end)
        if (after === 0) return false
        while (from < after) bytes[to++] = source[from++]!
      }
    }
    bytes[to++] = QUOTE
    this.at = to
    return true
  }
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
