import { latin1Text } from '../text.ts'

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567'
const NONE = 255

let codes: Uint8Array | undefined
let values: Uint8Array | undefined

/** The number of digits of `length` bytes in unpadded base32. */
export function base32Length(byteCount: number): number {
  return Math.ceil((byteCount * 8) / 5)
}

/** RFC 4648 base32, lower-case and unpadded. */
export function formatBase32(bytes: Uint8Array): string {
  const text = new Uint8Array(base32Length(bytes.length))
  writeBase32(text, 0, bytes, 0, bytes.length)
  return latin1Text(text, 0, text.length)
}

/** Writes the digits of `bytes` [start, end) into `out` and returns where they end. */
export function writeBase32(out: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  codes ??= Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0))
  const digits = codes
  let to = at
  let from = start
  // Five bytes are eight digits: so most of a CID goes without shifting bits from byte to byte.
  for (; from + 5 <= end; from += 5, to += 8) {
    const high = (bytes[from]! << 12) | (bytes[from + 1]! << 4) | (bytes[from + 2]! >> 4)
    const low = ((bytes[from + 2]! & 15) << 16) | (bytes[from + 3]! << 8) | bytes[from + 4]!
    out[to] = digits[high >> 15]!
    out[to + 1] = digits[(high >> 10) & 31]!
    out[to + 2] = digits[(high >> 5) & 31]!
    out[to + 3] = digits[high & 31]!
    out[to + 4] = digits[low >> 15]!
    out[to + 5] = digits[(low >> 10) & 31]!
    out[to + 6] = digits[(low >> 5) & 31]!
    out[to + 7] = digits[low & 31]!
  }
  let bits = 0
  let pending = 0
  for (; from < end; from++) {
    pending = ((pending << 8) | bytes[from]!) & 0xfff
    for (bits += 8; bits >= 5; out[to++] = digits[(pending >> bits) & 31]!) bits -= 5
  }
  if (bits > 0) out[to++] = digits[(pending << (5 - bits)) & 31]!
  return to
}

/**
 * The bytes of lower-case unpadded base32 from `start` on; `undefined` for stray characters, digits
 * or bits.
 */
export function parseBase32(text: string, start = 0): Uint8Array | undefined {
  values ??= digitValues()
  const digits = values
  const length = text.length
  const bytes = new Uint8Array(((length - start) * 5) >> 3)
  let at = 0
  let bits = 0
  let pending = 0
  for (let index = start; index < length; index++) {
    const digit = digits[text.charCodeAt(index)] ?? NONE
    if (digit === NONE) return undefined
    pending = ((pending << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = pending >> bits
    }
  }
  return bits < 5 && (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

function digitValues(): Uint8Array {
  const table = new Uint8Array(128).fill(NONE)
  for (let value = 0; value < DIGITS.length; value++) table[DIGITS.charCodeAt(value)] = value
  return table
}
