import { latin1Text } from '../text.ts'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const NONE = 255
const PADDING = 61

let codes: Uint8Array | undefined
let values: Uint8Array | undefined

/** The number of digits of `length` bytes in unpadded base64. */
export function base64Length(byteCount: number): number {
  return Math.ceil((byteCount * 4) / 3)
}

/** Standard base64 without padding, as `$bytes` is written. */
export function formatBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(base64Length(bytes.length))
  writeBase64(text, 0, bytes, 0, bytes.length)
  return latin1Text(text, 0, text.length)
}

/** Writes the digits of `bytes` [start, end) into `out` and returns where they end. */
export function writeBase64(out: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  codes ??= Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0))
  const digits = codes
  let to = at
  let from = start
  for (; from + 2 < end; from += 3) {
    const three = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!
    out[to++] = digits[three >> 18]!
    out[to++] = digits[(three >> 12) & 63]!
    out[to++] = digits[(three >> 6) & 63]!
    out[to++] = digits[three & 63]!
  }
  if (from === end) return to
  const rest = (bytes[from]! << 16) | ((from + 1 < end ? bytes[from + 1]! : 0) << 8)
  out[to++] = digits[rest >> 18]!
  out[to++] = digits[(rest >> 12) & 63]!
  if (from + 1 < end) out[to++] = digits[(rest >> 6) & 63]!
  return to
}

/**
 * The bytes of standard base64, padded or not; `undefined` for stray characters or wrong padding.
 * Bits after the last whole byte are dropped: RFC 4648 (3.5) leaves that to the decoder, and a
 * published vector has some.
 */
export function parseBase64(text: string): Uint8Array | undefined {
  values ??= digitValues()
  const table = values
  const digits = text.length - paddingOf(text)
  if (digits % 4 === 1 || (digits < text.length && text.length % 4 !== 0)) return undefined
  const bytes = new Uint8Array((digits * 3) >> 2)
  let at = 0
  let bits = 0
  let pending = 0
  for (let index = 0; index < digits; index++) {
    const digit = table[text.charCodeAt(index)] ?? NONE
    if (digit === NONE) return undefined
    pending = ((pending << 6) | digit) & 0x3fff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = pending >> bits
    }
  }
  return bytes
}

function paddingOf(text: string): number {
  if (text.charCodeAt(text.length - 1) !== PADDING) return 0
  return text.charCodeAt(text.length - 2) === PADDING ? 2 : 1
}

function digitValues(): Uint8Array {
  const table = new Uint8Array(128).fill(NONE)
  for (let value = 0; value < DIGITS.length; value++) table[DIGITS.charCodeAt(value)] = value
  return table
}
