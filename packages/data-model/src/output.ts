import { freeMemory } from './free-memory.ts'

/**
 * Where encoders put their output: one behind the other into slabs of memory. Under Node small
 * results are views of their slab, as small Buffers are, since to allocate memory for each costs
 * more than to encode it. Elsewhere nothing forbids the transfer of such shared memory to another
 * thread, so there, and when it is long, a result is a copy of its own.
 */
const SLAB_BYTES = 32 * 1024
const LARGEST_SHARED = 8 * 1024

type MarkAsUntransferable = (buffer: ArrayBufferLike) => void

let mark: MarkAsUntransferable | undefined
let asked = false
/**
 * The slab that the next output goes to, from `used` on; not there while an output is being made.
 */
let slab: Uint8Array | undefined
let used = 0

/** Bytes in the making. Always call `finish` at the end, or `abandon` when writing failed. */
export class Output {
  /** From the beginning of their memory on. */
  bytes: Uint8Array
  /** Where the next byte goes. */
  at: number
  private start: number

  /** `expectedBytes` is a guess at how many they become. */
  constructor(expectedBytes = 0) {
    if (expectedBytes > SLAB_BYTES / 2) {
      this.bytes = ownMemory(expectedBytes)
      this.start = this.at = 0
      return
    }
    // Whoever comes here before this one has ended, as a getter may, gets a slab of its own.
    this.bytes = slab ?? freshSlab()
    this.start = this.at = slab === undefined ? 0 : used
    slab = undefined
  }

  /** How much has been written. */
  get length(): number {
    return this.at - this.start
  }

  /** Takes back what was written after the first `length` bytes. */
  cutTo(length: number): void {
    this.at = this.start + length
  }

  /** Ensures room for `length` more bytes, which may replace `bytes` and `at`. */
  reserve(length: number): void {
    if (this.at + length > this.bytes.length) this.grow(this.length + length)
  }

  protected grow(needed: number): void {
    const written = this.bytes.subarray(this.start, this.at)
    const outgrown = this.bytes
    this.bytes = needed <= SLAB_BYTES / 2 ? freshSlab() : ownMemory(Math.max(needed, written.length * 2))
    this.bytes.set(written)
    this.start = 0
    this.at = written.length
    freeOwn(outgrown)
  }

  /** The bytes written. */
  finish(): Uint8Array {
    const { bytes, start, length } = this
    const isShared = mark !== undefined && length <= LARGEST_SHARED && bytes.length === SLAB_BYTES
    this.giveBack(isShared ? (this.at + 7) & ~7 : start)
    if (isShared) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length)
    const copy = bytes.slice(start, this.at)
    freeOwn(bytes)
    return copy
  }

  /**
   * Like `finish`, but a long result is a view of the memory that it was written to: for what does
   * not stay.
   */
  finishView(): Uint8Array {
    return this.bytes.length === SLAB_BYTES ? this.finish() : this.bytes.subarray(this.start, this.at)
  }

  /** Frees the memory of a long `finishView`, which is empty afterwards. */
  free(): void {
    freeOwn(this.bytes)
  }

  /** The UTF-8 written. */
  finishText(decode: (bytes: Uint8Array, start: number, end: number) => string): string {
    this.giveBack(this.start)
    const text = decode(this.bytes, this.start, this.at)
    freeOwn(this.bytes)
    return text
  }

  abandon(): void {
    this.giveBack(this.start)
  }

  private giveBack(end: number): void {
    if (this.bytes.length !== SLAB_BYTES) return
    slab = this.bytes
    used = end
  }
}

/**
 * Memory for one long output, not zeroed where the runtime allows it, and always longer than a
 * slab.
 */
function ownMemory(length: number): Uint8Array {
  const size = Math.max(length, 2 * SLAB_BYTES)
  const unzeroed = globalThis.Buffer?.allocUnsafeSlow(size)
  return unzeroed ? new Uint8Array(unzeroed.buffer, 0, size) : new Uint8Array(size)
}

function freeOwn(memory: Uint8Array): void {
  if (memory.length > SLAB_BYTES) freeMemory(memory)
}

function freshSlab(): Uint8Array {
  if (!asked) {
    asked = true
    mark = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable
  }
  const fresh = new Uint8Array(SLAB_BYTES)
  mark?.(fresh.buffer)
  return fresh
}
