/**
 * Where encoders put their output. Under Node, small results share one ArrayBuffer, as Buffer's own do: to allocate one
 * for each costs more than to encode it. Elsewhere nothing forbids the transfer of that shared memory to another thread,
 * so each result has its own.
 */
const SLAB_BYTES = 32 * 1024
const LARGEST_SHARED = 8 * 1024

type MarkAsUntransferable = (buffer: ArrayBufferLike) => void

let mark: MarkAsUntransferable | undefined
let asked = false
let slab: Uint8Array | undefined
let used = 0

/** A fresh copy of the first `length` bytes. */
export function keep(bytes: Uint8Array, length: number): Uint8Array {
  const kept = allocate(length)
  if (length < 64) for (let index = 0; index < length; index++) kept[index] = bytes[index]!
  else kept.set(bytes.length === length ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, length))
  return kept
}

function allocate(length: number): Uint8Array {
  if (length > LARGEST_SHARED) return new Uint8Array(length)
  if (slab === undefined || used + length > SLAB_BYTES) {
    const fresh = freshSlab()
    if (fresh === undefined) return new Uint8Array(length)
    slab = fresh
    used = 0
  }
  const start = used
  used = (start + length + 7) & ~7
  return new Uint8Array(slab.buffer, slab.byteOffset + start, length)
}

function freshSlab(): Uint8Array | undefined {
  if (!asked) {
    asked = true
    mark = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable
  }
  if (mark === undefined) return undefined
  const fresh = new Uint8Array(SLAB_BYTES)
  mark(fresh.buffer)
  return fresh
}
