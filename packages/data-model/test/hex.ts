/** Bytes as tests write them: hexadecimal digits, spaces between them at will. */
export function hex(digits: string): Uint8Array {
  const pairs = digits.replaceAll(' ', '').match(/../g) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
