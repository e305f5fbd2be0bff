const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 base32, lower-case and unpadded. */
export function formatBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let pending = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(pending >> bits) & 31]
    }
  }
  return bits > 0 ? text + ALPHABET[(pending << (5 - bits)) & 31] : text
}

/** The bytes of lower-case unpadded base32 from `start` on, or `undefined` where it is malformed or has stray bits. */
export function parseBase32(text: string, start = 0): Uint8Array | undefined {
  const length = text.length - start
  const bytes = new Uint8Array(Math.floor((length * 5) / 8))
  let at = 0
  let bits = 0
  let pending = 0
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const digit = code >= 97 && code <= 122 ? code - 97 : code >= 50 && code <= 55 ? code - 24 : -1
    if (digit < 0) return undefined
    pending = ((pending << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (pending >> bits) & 255
    }
  }
  if (bits >= 5 || (pending & ((1 << bits) - 1)) !== 0) return undefined
  return bytes
}
