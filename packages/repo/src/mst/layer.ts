import { sha256 } from '@atoll/data-model'

// A native call costs more than hashing 30 bytes. So short keys, which nearly all are, are hashed
// here: SHA-256 of one block, as in FIPS 180-4, read from a string. The tests compare it with the
// general function.

/** What fits into one block of SHA-256 beside the padding. */
const maxBlockText = 55

/**
 * The layer of the tree that a key belongs to: the leading zero bits of its SHA-256, in pairs. Keys
 * are ASCII.
 */
export function layerOf(key: string): number {
  return leadingZeros(key.length <= maxBlockText ? shortHash(key) : longHash(key)) >> 1
}

function leadingZeros(words: Int32Array): number {
  let zeros = 0
  for (const word of words) {
    if (word !== 0) return zeros + Math.clz32(word)
    zeros += 32
  }
  return zeros
}

function longHash(key: string): Int32Array {
  const bytes = new Uint8Array(key.length)
  for (let index = 0; index < key.length; index++) bytes[index] = key.charCodeAt(index)
  const digest = sha256(bytes)
  const view = new DataView(digest.buffer, digest.byteOffset)
  return Int32Array.from({ length: 8 }, (_, index) => view.getInt32(index * 4))
}

const initial = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)
const constants = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)
const schedule = new Int32Array(64)
const hash = new Int32Array(8)

/** The hash of at most 55 characters, as words. The next call overwrites it. */
function shortHash(text: string): Int32Array {
  fillSchedule(text)
  let a = initial[0]!
  let b = initial[1]!
  let c = initial[2]!
  let d = initial[3]!
  let e = initial[4]!
  let f = initial[5]!
  let g = initial[6]!
  let h = initial[7]!
  for (let round = 0; round < 64; round++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + constants[round]! + schedule[round]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  hash[0] = initial[0]! + a
  hash[1] = initial[1]! + b
  hash[2] = initial[2]! + c
  hash[3] = initial[3]! + d
  hash[4] = initial[4]! + e
  hash[5] = initial[5]! + f
  hash[6] = initial[6]! + g
  hash[7] = initial[7]! + h
  return hash
}

/** The padded text and the 48 words derived from it. */
function fillSchedule(text: string): void {
  const { length } = text
  schedule.fill(0, 0, 16)
  for (let index = 0; index < length; index++) schedule[index >> 2]! |= text.charCodeAt(index) << (24 - (index & 3) * 8)
  schedule[length >> 2]! |= 0x80 << (24 - (length & 3) * 8)
  schedule[15] = length * 8
  for (let index = 16; index < 64; index++) {
    const early = schedule[index - 15]!
    const late = schedule[index - 2]!
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
    schedule[index] = schedule[index - 16]! + s0 + schedule[index - 7]! + s1
  }
}
