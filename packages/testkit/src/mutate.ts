/** A seeded source of numbers: the same seed gives the same numbers on every machine. */
export type Random = (below: number) => number

/** Numbers that depend on two seeds, so that any single run of many can be repeated by itself. */
export function seededRandom(seed: number, run: number): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(run + 1, 0xc2b2ae35)) | 0
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * below)
  }
}

/** Bytes at which formats change their meaning. */
const EDGES = [
  0x00, 0x01, 0x17, 0x18, 0x1b, 0x1f, 0x20, 0x22, 0x3b, 0x58, 0x5b, 0x5c, 0x5f, 0x60, 0x7b, 0x7f, 0x80, 0x9b, 0x9f,
  0xa0,
]
const MORE_EDGES = [0xbb, 0xbf, 0xc0, 0xc2, 0xd8, 0xe0, 0xed, 0xf0, 0xf4, 0xf6, 0xf7, 0xf9, 0xfb, 0xff]
const MAX_CHANGES = 6
const MAX_BYTES = 1024 * 1024

/**
 * One of the seeds with a few changes: bytes flipped, cut, repeated, inserted, or taken from
 * another seed or the tokens.
 */
export function mutate(seeds: readonly Uint8Array[], tokens: readonly Uint8Array[], random: Random): Uint8Array {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  let bytes = pick(seeds)
  const changes = 1 + random(MAX_CHANGES)
  for (let change = 0; change < changes; change++) {
    bytes = CHANGES[random(CHANGES.length)]!(bytes, seeds, tokens, random)
  }
  return bytes.slice(0, MAX_BYTES)
}

type Change = (
  bytes: Uint8Array,
  seeds: readonly Uint8Array[],
  tokens: readonly Uint8Array[],
  random: Random,
) => Uint8Array

const CHANGES: readonly Change[] = [
  (bytes, _seeds, _tokens, random) => (bytes.length === 0 ? bytes : bytes.with(random(bytes.length), random(256))),
  (bytes, _seeds, _tokens, random) => (bytes.length === 0 ? bytes : bytes.with(random(bytes.length), edge(random))),
  (bytes, _seeds, _tokens, random) => {
    if (bytes.length === 0) return bytes
    const at = random(bytes.length)
    return bytes.with(at, bytes[at]! ^ (1 << random(8)))
  },
  function cut(bytes, _seeds, _tokens, random) {
    const start = random(bytes.length + 1)
    return join(bytes.subarray(0, start), bytes.subarray(start + random(bytes.length - start + 1)))
  },
  function repeat(bytes, _seeds, _tokens, random) {
    const start = random(bytes.length + 1)
    const end = start + random(Math.min(bytes.length - start, 4096) + 1)
    const piece = bytes.subarray(start, end)
    const times = random(8) === 0 ? 1 + random(200) : 1
    return join(bytes.subarray(0, end), ...Array<Uint8Array>(times).fill(piece), bytes.subarray(end))
  },
  function insert(bytes, _seeds, _tokens, random) {
    const at = random(bytes.length + 1)
    const piece = Uint8Array.from({ length: 1 + random(9) }, () => (random(2) === 0 ? edge(random) : random(256)))
    return join(bytes.subarray(0, at), piece, bytes.subarray(at))
  },
  function insertToken(bytes, _seeds, tokens, random) {
    if (tokens.length === 0) return bytes
    const at = random(bytes.length + 1)
    const times = random(20) === 0 ? 1 + random(3000) : 1
    return join(
      bytes.subarray(0, at),
      ...Array<Uint8Array>(times).fill(tokens[random(tokens.length)]!),
      bytes.subarray(at),
    )
  },
  function splice(bytes, seeds, _tokens, random) {
    const other = seeds[random(seeds.length)]!
    const start = random(other.length + 1)
    const piece = other.subarray(start, start + random(other.length - start + 1))
    const at = random(bytes.length + 1)
    return join(
      bytes.subarray(0, at),
      piece,
      bytes.subarray(random(2) === 0 ? at : Math.min(bytes.length, at + piece.length)),
    )
  },
]

function edge(random: Random): number {
  const at = random(EDGES.length + MORE_EDGES.length)
  return EDGES[at] ?? MORE_EDGES[at - EDGES.length]!
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
