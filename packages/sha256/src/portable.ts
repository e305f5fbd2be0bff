/** SHA-256 in JavaScript: https://csrc.nist.gov/pubs/fips/180-4/upd1/final */

const blockLength = 64
/** What fits into one block beside the padding: a bit, and 64 bits of length. */
export const maxLastLength = 55

// Section 4.2.2 and 5.3.3: the first 32 bits of the fractional parts of roots of primes. A double
// holds 17 bits more of the largest.
const constants = /* @__PURE__ */ rootsOfPrimes(64, Math.cbrt)
const initial = /* @__PURE__ */ rootsOfPrimes(8, Math.sqrt)

// Hashing is synchronous, so one of each is enough.
const state = /* @__PURE__ */ new Int32Array(8)
const schedule = /* @__PURE__ */ new Int32Array(64)

/** The digest as eight words. The next call overwrites it. */
export function portableSha256(bytes: Uint8Array): Int32Array {
  const { length } = bytes
  state.set(initial)
  let at = 0
  for (; at + blockLength <= length; at += blockLength) {
    for (let word = 0, from = at; word < 16; word++, from += 4) {
      schedule[word] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!
    }
    compress()
  }
  const rest = length - at
  schedule.fill(0, 0, 16)
  for (let index = 0; index < rest; index++) schedule[index >> 2]! |= bytes[at + index]! << shiftOf(index)
  return finish(rest, length)
}

/**
 * The digest of a text of ASCII characters that fits into one block, as eight words. The next call
 * overwrites it.
 */
export function shortAsciiSha256(text: string): Int32Array {
  const { length } = text
  state.set(initial)
  schedule.fill(0, 0, 16)
  for (let index = 0; index < length; index++) schedule[index >> 2]! |= text.charCodeAt(index) << shiftOf(index)
  return finish(length, length)
}

/** The bytes of a text of ASCII characters. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** Pads the last block, of which `rest` bytes are there, and hashes it. */
function finish(rest: number, length: number): Int32Array {
  schedule[rest >> 2]! |= 0x80 << shiftOf(rest)
  if (rest > maxLastLength) {
    compress()
    schedule.fill(0, 0, 16)
  }
  schedule[14] = length / 2 ** 29
  schedule[15] = length << 3
  compress()
  return state
}

/** How far left a byte stands in its word. */
function shiftOf(index: number): number {
  return 24 - (index & 3) * 8
}

/** Section 6.2.2, for the block in the first 16 words of the schedule. */
function compress(): void {
  for (let index = 16; index < 64; index++) {
    const early = schedule[index - 15]!
    const late = schedule[index - 2]!
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
    schedule[index] = schedule[index - 16]! + s0 + schedule[index - 7]! + s1
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
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
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

function rootsOfPrimes(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = []
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number)
  }
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32)
}
