/** Random numbers from 0 to 1 that are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** An integer from 0 up to but not including `below`. */
export function integer(random: () => number, below: number): number {
  return Math.floor(random() * below)
}
