import { CID_LENGTH } from '../cid/cid.ts'
import { CborError, type CborReason } from '../errors.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_ITEMS, depthLimit, type Limits } from '../value.ts'

/** Major types: the upper three bits of a head. */
export const MAJOR_TEXT = 3

const TAG_CID = 42
const MAX_HIGH_WORD = 0x1fffff
/** The upper half of 2^63 - 1. */
const MAX_INT64_HIGH_WORD = 0x7fffffff
/** A head with this number is followed by eight bytes. */
const IN_EIGHT_BYTES = 27
const LONG_BYTES = 9

/**
 * The strict reading of heads, lengths, links and key order: what the decoder and the JSON writer
 * have in common.
 */
export class CborReader {
  at: number
  protected readonly bytes: Uint8Array
  protected readonly end: number
  protected readonly maxDepth: number
  private itemsLeft: number

  constructor(bytes: Uint8Array, offset: number, limits: Limits | undefined) {
    this.bytes = bytes
    this.at = offset
    this.end = bytes.length
    this.maxDepth = depthLimit(limits?.maxDepth)
    this.itemsLeft = limits?.maxItems ?? DEFAULT_MAX_ITEMS
    if (bytes.length > (limits?.maxBytes ?? DEFAULT_MAX_BYTES)) this.refuse('too-many-bytes', offset)
  }

  /** The first byte of the next value, which is counted. */
  protected nextHead(): number {
    const at = this.at
    if (at >= this.end) this.refuse('truncated', at)
    if (--this.itemsLeft < 0) this.refuse('too-many-items', at)
    return this.bytes[at]!
  }

  /** The number in a head, which is at most 2^53 - 1: a value, a length or a tag. */
  protected readArgument(): number {
    const info = this.bytes[this.at]! & 31
    if (info > 23) return this.readWideArgument(info)
    this.at++
    return info
  }

  /** A number in the 1, 2, 4 or 8 bytes after the head; refused unless it needs that many. */
  private readWideArgument(info: number): number {
    const bytes = this.bytes
    const start = this.at
    if (info > 27) this.refuse(info === 31 ? 'indefinite-length' : 'reserved', start)
    const end = start + 1 + (1 << (info - 24))
    if (end > this.end) this.refuse('truncated', start)
    this.at = end
    if (info === 24) return this.minimal(bytes[start + 1]!, 24, start)
    if (info === 25) return this.minimal((bytes[start + 1]! << 8) | bytes[start + 2]!, 0x100, start)
    const word = readWord(bytes, start + 1)
    if (info === 26) return this.minimal(word, 0x10000, start)
    if (word > MAX_HIGH_WORD) this.refuse('integer-range', start)
    return this.minimal(word * 0x100000000 + readWord(bytes, start + 5), 0x100000000, start)
  }

  private minimal(value: number, least: number, start: number): number {
    return value < least ? this.refuse('not-minimal', start) : value
  }

  /** An integer from 0 on: a `bigint` where a number would not be exact. */
  protected readUnsigned(): number | bigint {
    return this.isLong() ? this.readLong() : this.readArgument()
  }

  /** An integer below 0: a `bigint` where a number would not be exact. */
  protected readNegative(): number | bigint {
    if (this.isLong()) return -1n - this.readLong()
    const value = -1 - this.readArgument()
    // Only -2^53 is unsafe although its argument is safe. It is a double exactly, and so converts
    // exactly.
    return value < Number.MIN_SAFE_INTEGER ? BigInt(value) : value
  }

  /** Whether the number in the head here takes more than 53 bits. */
  private isLong(): boolean {
    const { bytes, at } = this
    return (
      (bytes[at]! & 31) === IN_EIGHT_BYTES && at + LONG_BYTES <= this.end && readWord(bytes, at + 1) > MAX_HIGH_WORD
    )
  }

  /** The number in such a head. The data model has integers of 64 bits with a sign. */
  private readLong(): bigint {
    const { bytes, at } = this
    const high = readWord(bytes, at + 1)
    if (high > MAX_INT64_HIGH_WORD) this.refuse('integer-range', at)
    this.at = at + LONG_BYTES
    return (BigInt(high) << 32n) | BigInt(readWord(bytes, at + 5))
  }

  /**
   * A length in bytes or items, of which each takes a byte or more: one past what is left is
   * refused before allocation.
   */
  protected readLength(): number {
    const start = this.at
    const length = this.readArgument()
    return length > this.end - this.at ? this.refuse('truncated', start) : length
  }

  /** The length of a container one level down. */
  protected readCount(depth: number): number {
    if (depth > this.maxDepth) this.refuse('depth', this.at)
    return this.readLength()
  }

  /** The first byte of a key. */
  protected keyHead(): number {
    const at = this.at
    if (at >= this.end) this.refuse('truncated', at)
    const head = this.bytes[at]!
    if (head >> 5 !== MAJOR_TEXT) this.refuse('key-type', at)
    return head
  }

  /** The length of a key. */
  protected readKeyLength(): number {
    this.keyHead()
    return this.readLength()
  }

  /**
   * Minimal heads grow with the length, so comparing encoded keys bytewise, heads included, is
   * length-first order.
   */
  protected checkOrder(previous: number, start: number, end: number): void {
    const bytes = this.bytes
    for (let before = previous, now = start; now < end; before++, now++) {
      const difference = bytes[now]! - bytes[before]!
      if (difference > 0) return
      if (difference < 0) this.refuse('key-order', start)
    }
    this.refuse('duplicate-key', start)
  }

  /** Goes past a link and returns where the 36 bytes of its CID start. */
  protected skipLink(): number {
    const start = this.at
    const bytes = this.bytes
    if (this.readArgument() !== TAG_CID) this.refuse('tag', start)
    if (this.at >= this.end) this.refuse('truncated', start)
    if (bytes[this.at]! >> 5 !== 2) this.refuse('cid', start)
    const length = this.readLength()
    const content = this.at
    if (length !== CID_LENGTH + 1 || bytes[content] !== 0) this.refuse('cid', start)
    this.at = content + length
    return content + 1
  }

  /** `true`, `false` or `null`, and nothing else of its kind. */
  protected readSimple(): boolean | null {
    const head = this.bytes[this.at]!
    if (head < 0xf4 || head > 0xf6) this.refuse(simpleFault(head), this.at)
    this.at++
    return head === 0xf6 ? null : head === 0xf5
  }

  protected refuse(reason: CborReason, offset: number, message?: string): never {
    throw new CborError(reason, offset, message)
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function simpleFault(head: number): CborReason {
  if (head >= 0xf9 && head <= 0xfb) return 'float'
  if (head === 0xff) return 'indefinite-length'
  return head > 0xfb ? 'reserved' : 'simple-value'
}
