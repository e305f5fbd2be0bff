import { asciiBytes, asciiSha256, sha256 } from '@atoll/sha256'

/** Longer keys take less time in native code. Nearly all are shorter. */
const maxShort = 110

/**
 * The layer of the tree that a key belongs to: the leading zero bits of its SHA-256, in pairs. Keys
 * are ASCII.
 */
export function layerOf(key: string): number {
  return leadingZeros(key.length <= maxShort ? asciiSha256(key) : longHash(key)) >> 1
}

function longHash(key: string): Int32Array {
  const digest = sha256(asciiBytes(key))
  const view = new DataView(digest.buffer, digest.byteOffset)
  return Int32Array.from({ length: 8 }, (_, index) => view.getInt32(index * 4))
}

function leadingZeros(words: Int32Array): number {
  let zeros = 0
  for (const word of words) {
    if (word !== 0) return zeros + Math.clz32(word)
    zeros += 32
  }
  return zeros
}
