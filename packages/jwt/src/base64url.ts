const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const none = 255

let valuesByCode: Uint8Array | undefined

/** Unpadded base64url: https://www.rfc-editor.org/rfc/rfc4648#section-5 */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += digits[three >> 18]! + digits[(three >> 12) & 63]!
    if (at + 1 < bytes.length) text += digits[(three >> 6) & 63]!
    if (at + 2 < bytes.length) text += digits[three & 63]!
  }
  return text
}

/**
 * The bytes of unpadded base64url; `undefined` for anything else. Bits after the last whole byte
 * must be zero, so that each sequence of bytes has one spelling.
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  valuesByCode ??= digitValues()
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let at = 0
  let bitCount = 0
  let pending = 0
  for (let index = 0; index < text.length; index++) {
    const value = valuesByCode[text.charCodeAt(index)] ?? none
    if (value === none) return undefined
    pending = (pending << 6) | value
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[at++] = pending >> bitCount
      pending &= (1 << bitCount) - 1
    }
  }
  return pending === 0 ? bytes : undefined
}

function digitValues(): Uint8Array {
  const values = new Uint8Array(128).fill(none)
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value
  return values
}
