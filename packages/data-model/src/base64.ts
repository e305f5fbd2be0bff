const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const FORM = /^[A-Za-z0-9+/]*={0,2}$/

/** Standard base64 without padding, as `$bytes` is written. */
export function formatBase64(bytes: Uint8Array): string {
  let text = ''
  let index = 0
  for (; index + 2 < bytes.length; index += 3) {
    const three = (bytes[index]! << 16) | (bytes[index + 1]! << 8) | bytes[index + 2]!
    text +=
      ALPHABET[three >> 18]! + ALPHABET[(three >> 12) & 63]! + ALPHABET[(three >> 6) & 63]! + ALPHABET[three & 63]!
  }
  const left = bytes.length - index
  if (left === 1) {
    const one = bytes[index]!
    return text + ALPHABET[one >> 2]! + ALPHABET[(one & 3) << 4]!
  }
  if (left === 2) {
    const two = (bytes[index]! << 8) | bytes[index + 1]!
    return text + ALPHABET[two >> 10]! + ALPHABET[(two >> 4) & 63]! + ALPHABET[(two & 15) << 2]!
  }
  return text
}

/** The bytes of standard base64, padded or not; `undefined` for stray characters, stray bits or wrong padding. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (!FORM.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (padding > 0 && text.length % 4 !== 0) return undefined
  const digits = text.length - padding
  if (digits % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4))
  let at = 0
  let bits = 0
  let pending = 0
  for (let index = 0; index < digits; index++) {
    pending = ((pending << 6) | digitOf(text.charCodeAt(index))) & 0x3fff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (pending >> bits) & 255
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

function digitOf(code: number): number {
  if (code >= 97) return code - 71
  if (code >= 65) return code - 65
  if (code >= 48) return code + 4
  return code === 43 ? 62 : 63
}
