/** Pseudo-random choices, the same in every run: each name starts a separate sequence. */
export interface Random {
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number
  pick<T>(list: ArrayLike<T>): T
  text(alphabet: string, length: number): string
  bytes(length: number): Uint8Array
}

export function createRandom(name: string): Random {
  let state = hash(name)
  // Mulberry32: short, and easy to write in any language with 32-bit multiplication.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  const pick = <T>(list: ArrayLike<T>) => list[below(list.length)] as T // the index is below the length
  return {
    below,
    pick,
    text: (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join(''),
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}

function hash(text: string): number {
  let value = 2166136261
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 16777619)
  return value >>> 0
}
