/** The heads of CBOR items: a major type with a number, in the fewest bytes that hold it. */

export const UNSIGNED = 0x00
export const NEGATIVE = 0x20
export const BYTES = 0x40
export const TEXT = 0x60
export const ARRAY = 0x80
export const MAP = 0xa0

/** The longest head: one byte and a 64-bit number. */
export const MAX_HEAD_BYTES = 9

/** How many bytes a head with this number takes. */
export function headLength(argument: number): number {
  if (argument < 24) return 1
  if (argument < 0x100) return 2
  if (argument < 0x10000) return 3
  return argument < 0x100000000 ? 5 : 9
}

/** Writes a head and returns where it ends. The caller has seen to room for it. */
export function writeHead(bytes: Uint8Array, at: number, major: number, argument: number): number {
  if (argument < 24) {
    bytes[at] = major | argument
    return at + 1
  }
  if (argument < 0x100) {
    bytes[at] = major | 24
    bytes[at + 1] = argument
    return at + 2
  }
  if (argument < 0x10000) {
    bytes[at] = major | 25
    bytes[at + 1] = argument >> 8
    bytes[at + 2] = argument
    return at + 3
  }
  if (argument < 0x100000000) {
    bytes[at] = major | 26
    return writeWord(bytes, at + 1, argument)
  }
  bytes[at] = major | 27
  return writeWord(bytes, writeWord(bytes, at + 1, Math.floor(argument / 0x100000000)), argument % 0x100000000)
}

/**
 * Writes a head with a number that is given as a bigint, of 33 to 64 bits, and returns where it
 * ends.
 */
export function writeLongHead(bytes: Uint8Array, at: number, major: number, argument: bigint): number {
  bytes[at] = major | 27
  return writeWord(bytes, writeWord(bytes, at + 1, Number(argument >> 32n)), Number(argument & 0xffffffffn))
}

function writeWord(bytes: Uint8Array, at: number, word: number): number {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
  return at + 4
}
