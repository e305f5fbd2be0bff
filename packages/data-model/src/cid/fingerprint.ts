import type { Cid } from './cid.ts'

let mask = 0
/** Odd once it has been drawn. */
let factor = 0

/**
 * Four bytes of a CID's digest, mixed with what this process drew for itself: tells nearly all CIDs
 * apart at a fraction of the cost of whole keys. The engine hashes the numbers in its maps in a way
 * that everyone knows, so blocks could be mined whose plain bytes fall on one place of a map.
 */
export function fingerprint({ bytes }: Cid): number {
  if (factor === 0) draw()
  return Math.imul(((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) ^ mask, factor)
}

/**
 * Runs before the first fingerprint: some runtimes have no randomness while modules are loaded.
 */
function draw(): void {
  const [first, second] = crypto.getRandomValues(new Int32Array(2))
  mask = first!
  factor = second! | 1
}
