import { asciiSha256 } from '@atoll/sha256'

/**
 * The layer of the tree that a key belongs to: the leading zero bits of its SHA-256, in pairs. Keys
 * are ASCII.
 */
export function layerOf(key: string): number {
  return leadingZeros(asciiSha256(key)) >> 1
}

function leadingZeros(words: Int32Array): number {
  let zeros = 0
  for (const word of words) {
    if (word !== 0) return zeros + Math.clz32(word)
    zeros += 32
  }
  return zeros
}
