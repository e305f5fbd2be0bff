import { CID_LENGTH, Cid } from './cid.ts'
import { CborError, type CborReason, InvalidCidError } from './errors.ts'
import { expectedShape, expectedSlot, learnShape } from './map-shape.ts'
import { decodeCommonText, decodeText } from './text.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_ITEMS, depthLimit, type Limits, type Value, type ValueMap } from './value.ts'

const TAG_CID = 42
const MAX_HIGH_WORD = 0x1fffff
const SHORT_TEXT = 12

/**
 * Reads exactly one canonical DAG-CBOR value. Byte strings in it are views of `bytes`; all else is a copy.
 * @throws {CborError} for anything that `encodeCbor` would not have written.
 */
export function decodeCbor(bytes: Uint8Array, limits?: Limits): Value {
  const reader = new Reader(bytes, 0, limits)
  const value = reader.readValue(0)
  if (reader.at !== bytes.length) throw new CborError('trailing-bytes', reader.at)
  return value
}

/** Reads the value that starts at `offset` and says where it ends: for values that follow each other. */
export function decodeFirstCbor(bytes: Uint8Array, offset = 0, limits?: Limits): { value: Value; end: number } {
  const reader = new Reader(bytes, offset, limits)
  const value = reader.readValue(0)
  return { value, end: reader.at }
}

class Reader {
  at: number
  private readonly bytes: Uint8Array
  private readonly end: number
  private readonly maxDepth: number
  private itemsLeft: number

  constructor(bytes: Uint8Array, offset: number, limits: Limits | undefined) {
    this.bytes = bytes
    this.at = offset
    this.end = bytes.length
    this.maxDepth = depthLimit(limits?.maxDepth)
    this.itemsLeft = limits?.maxItems ?? DEFAULT_MAX_ITEMS
    if (bytes.length > (limits?.maxBytes ?? DEFAULT_MAX_BYTES)) this.refuse('too-many-bytes', offset)
  }

  readValue(depth: number): Value {
    const start = this.at
    if (start >= this.end) this.refuse('truncated', start)
    if (--this.itemsLeft < 0) this.refuse('too-many-items', start)
    const head = this.bytes[start]!
    switch (head >> 5) {
      case 0:
        return this.readArgument()
      case 1:
        return this.readNegative()
      case 2:
        return this.readBytes()
      case 3: {
        const length = this.readLength()
        return length <= SHORT_TEXT ? this.readCommonText(length) : this.readText(length)
      }
      case 4:
        return this.readArray(depth + 1)
      case 5:
        return this.readMap(depth + 1)
      case 6:
        return this.readCid()
      default:
        this.at = start + 1
        if (head === 0xf4) return false
        if (head === 0xf5) return true
        if (head === 0xf6) return null
        return this.refuse(simpleFault(head), start)
    }
  }

  /** The number in a head: a value, a length or a tag. */
  private readArgument(): number {
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

  private readNegative(): number {
    const start = this.at
    const value = -1 - this.readArgument()
    return value < Number.MIN_SAFE_INTEGER ? this.refuse('integer-range', start) : value
  }

  /** A length in bytes or items, of which each takes at least one byte: more than is left is refused before allocation. */
  private readLength(): number {
    const start = this.at
    const length = this.readArgument()
    return length > this.end - this.at ? this.refuse('truncated', start) : length
  }

  private readBytes(): Uint8Array {
    const length = this.readLength()
    const start = this.at
    this.at = start + length
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, length)
  }

  private readText(length: number): string {
    const start = this.at
    const text = decodeText(this.bytes, start, (this.at = start + length))
    return text ?? this.refuse('utf8', start)
  }

  private readCommonText(length: number): string {
    const start = this.at
    const text = decodeCommonText(this.bytes, start, (this.at = start + length))
    return text ?? this.refuse('utf8', start)
  }

  private readArray(depth: number): Value[] {
    if (depth > this.maxDepth) this.refuse('depth', this.at)
    const count = this.readLength()
    const items: Value[] = []
    for (let index = 0; index < count; index++) items.push(this.readValue(depth))
    return items
  }

  private readMap(depth: number): ValueMap {
    if (depth > this.maxDepth) this.refuse('depth', this.at)
    const count = this.readLength()
    const map: ValueMap = {}
    if (count === 0) return map
    const slot = expectedSlot(this.bytes, this.at, count)
    const expected = expectedShape(slot, this.bytes, this.at, count)
    let previous = -1
    let index = 0
    if (expected !== undefined) {
      // What is expected is in canonical order: as long as it is met, the order needs no other check.
      for (; index < count; index++) {
        const start = this.at
        if (!this.skip(expected.encoded[index]!)) break
        this.readMember(map, expected.sorted[index]!, depth)
        previous = start
      }
    }
    if (index < count) {
      this.readMembers(map, count - index, previous, depth)
      learnShape(slot, Object.keys(map))
    }
    return map
  }

  private readMembers(map: ValueMap, count: number, before: number, depth: number): void {
    let previous = before
    for (let left = count; left > 0; left--) {
      const start = this.at
      const key = this.readKey()
      if (previous >= 0) this.checkOrder(previous, start)
      previous = start
      this.readMember(map, key, depth)
    }
  }

  private readMember(map: ValueMap, key: string, depth: number): void {
    if (key === '$type') map[key] = this.readTypeName(depth)
    else if (key === '__proto__') setOwn(map, key, this.readValue(depth))
    else map[key] = this.readValue(depth)
  }

  /** Moves past these bytes if they come next. */
  private skip(expected: Uint8Array): boolean {
    const { bytes, at } = this
    const length = expected.length
    if (length > this.end - at) return false
    for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return false
    this.at = at + length
    return true
  }

  private readKey(): string {
    const start = this.at
    if (start >= this.end) this.refuse('truncated', start)
    if (this.bytes[start]! >> 5 !== 3) this.refuse('key-type', start)
    return this.readCommonText(this.readLength())
  }

  /** Mostly the name of one of a few types. */
  private readTypeName(depth: number): Value {
    if (this.at >= this.end || this.bytes[this.at]! >> 5 !== 3) return this.readValue(depth)
    if (--this.itemsLeft < 0) this.refuse('too-many-items', this.at)
    return this.readCommonText(this.readLength())
  }

  /** Minimal heads grow with the length, so comparing encoded keys bytewise, heads included, is length-first order. */
  private checkOrder(previous: number, start: number): void {
    const bytes = this.bytes
    for (let before = previous, now = start; now < this.at; before++, now++) {
      const difference = bytes[now]! - bytes[before]!
      if (difference > 0) return
      if (difference < 0) this.refuse('key-order', start)
    }
    this.refuse('duplicate-key', start)
  }

  private readCid(): Cid {
    const start = this.at
    if (this.readArgument() !== TAG_CID) this.refuse('tag', start)
    const bytes = this.bytes
    if (this.at >= this.end) this.refuse('truncated', start)
    if (bytes[this.at]! >> 5 !== 2) this.refuse('cid', start)
    const length = this.readLength()
    const content = this.at
    this.at = content + length
    if (length !== CID_LENGTH + 1 || bytes[content] !== 0) this.refuse('cid', start)
    const own = new Uint8Array(CID_LENGTH)
    for (let index = 0; index < CID_LENGTH; index++) own[index] = bytes[content + 1 + index]!
    try {
      return new Cid(own)
    } catch (error) {
      if (error instanceof InvalidCidError) throw new CborError('cid', start, error.message)
      throw error
    }
  }

  private refuse(reason: CborReason, offset: number): never {
    throw new CborError(reason, offset)
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

/** Sets a property that plain assignment would take for the prototype. */
function setOwn(map: ValueMap, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}
