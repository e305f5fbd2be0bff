/**
 * Frees the memory of a long result at once, if nothing else lies in it: the garbage collector
 * would let tens of megabytes gather first. Only for bytes that nobody will read again; the view is
 * empty afterwards.
 */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  // Moving it to a buffer of length 0 frees it. Memory shared between threads cannot be moved, and
  // short pieces share a pool.
  if (byteLength >= longBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer?.(0)
}

/** Longer than what runtimes cut out of shared pools. */
const longBytes = 16 * 1024
