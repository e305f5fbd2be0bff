/**
 * Frees the memory of a long result at once, if nothing else lies in it, instead of when the garbage collector comes, which lets tens of
 * megabytes gather first. The view is empty afterwards: for an owner who knows that nobody will look at it again.
 */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  // What moves to a buffer of no length is gone. Memory shared between threads cannot move, and short pieces share theirs.
  if (byteLength >= longBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer?.(0)
}

/** Longer than what runtimes cut out of shared pools. */
const longBytes = 16 * 1024
