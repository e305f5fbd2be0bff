import { CID_LENGTH, Cid } from './cid.ts'
import { CborError, type CborReason, InvalidCidError } from './errors.ts'
import { decodeUtf8 } from './text.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_ITEMS, depthLimit, type Limits, type Value, type ValueMap } from './value.ts'

const TAG_CID = 42
const MAX_HIGH_WORD = 0x1fffff

/** Reads exactly one canonical DAG-CBOR value. Byte strings and CIDs in it are views of `bytes`. */
export function decodeCbor(bytes: Uint8Array, limits: Limits = {}): Value {
  const reader = new Reader(bytes, 0, limits)
  const value = reader.readValue(0)
  if (reader.at !== bytes.length) throw new CborError('trailing-bytes', reader.at)
  return value
}

/** Reads the value that starts at `offset` and says where it ends: for values that follow each other. */
export function decodeFirstCbor(bytes: Uint8Array, offset = 0, limits: Limits = {}): { value: Value; end: number } {
  const reader = new Reader(bytes, offset, limits)
  const value = reader.readValue(0)
  return { value, end: reader.at }
}

class Reader {
  at: number
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #maxDepth: number
  #itemsLeft: number

  constructor(bytes: Uint8Array, offset: number, limits: Limits) {
    this.#bytes = bytes
    this.at = offset
    this.#end = bytes.length
    this.#maxDepth = depthLimit(limits.maxDepth)
    this.#itemsLeft = limits.maxItems ?? DEFAULT_MAX_ITEMS
    if (bytes.length > (limits.maxBytes ?? DEFAULT_MAX_BYTES)) this.#refuse('too-many-bytes', offset)
  }

  readValue(depth: number): Value {
    const start = this.at
    if (start >= this.#end) this.#refuse('truncated', start)
    if (--this.#itemsLeft < 0) this.#refuse('too-many-items', start)
    const head = this.#bytes[start]!
    switch (head >> 5) {
      case 0:
        return this.#readArgument()
      case 1:
        return this.#readNegative()
      case 2:
        return this.#readBytes()
      case 3:
        return this.#readText()
      case 4:
        return this.#readArray(depth + 1)
      case 5:
        return this.#readMap(depth + 1)
      case 6:
        return this.#readCid()
      default:
        this.at++
        if (head === 0xf4) return false
        if (head === 0xf5) return true
        if (head === 0xf6) return null
        return this.#refuse(simpleFault(head), start)
    }
  }

  /** The number in a head: a value, a length or a tag. Refused unless written in the fewest bytes. */
  #readArgument(): number {
    const bytes = this.#bytes
    const start = this.at
    const info = bytes[start]! & 31
    this.at = start + 1
    if (info < 24) return info
    if (info > 27) return this.#refuse(info === 31 ? 'indefinite-length' : 'reserved', start)
    const width = 1 << (info - 24)
    this.#require(width)
    this.at = start + 1 + width
    let value = 0
    let least = 24
    if (width === 1) value = bytes[start + 1]!
    else if (width === 2) {
      value = (bytes[start + 1]! << 8) | bytes[start + 2]!
      least = 0x100
    } else {
      value = this.#word(start + 1)
      least = 0x10000
      if (width === 8) {
        if (value > MAX_HIGH_WORD) this.#refuse('integer-range', start)
        value = value * 0x100000000 + this.#word(start + 5)
        least = 0x100000000
      }
    }
    if (value < least) this.#refuse('not-minimal', start)
    return value
  }

  #word(at: number): number {
    const bytes = this.#bytes
    return bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
  }

  #readNegative(): number {
    const start = this.at
    const value = -1 - this.#readArgument()
    if (value < Number.MIN_SAFE_INTEGER) this.#refuse('integer-range', start)
    return value
  }

  #readBytes(): Uint8Array {
    const length = this.#readArgument()
    this.#require(length)
    return this.#bytes.subarray(this.at, (this.at += length))
  }

  #readText(): string {
    const length = this.#readArgument()
    this.#require(length)
    const start = this.at
    const text = decodeUtf8(this.#bytes, start, start + length)
    if (text === undefined) return this.#refuse('utf8', start)
    this.at = start + length
    return text
  }

  #readArray(depth: number): Value[] {
    if (depth > this.#maxDepth) this.#refuse('depth', this.at)
    const count = this.#readArgument()
    this.#require(count)
    const items: Value[] = []
    for (let index = 0; index < count; index++) items.push(this.readValue(depth))
    return items
  }

  #readMap(depth: number): ValueMap {
    if (depth > this.#maxDepth) this.#refuse('depth', this.at)
    const count = this.#readArgument()
    this.#require(count * 2)
    const map: ValueMap = {}
    let previousStart = -1
    let previousEnd = -1
    for (let index = 0; index < count; index++) {
      const start = this.at
      if (start >= this.#end) this.#refuse('truncated', start)
      if (this.#bytes[start]! >> 5 !== 3) this.#refuse('key-type', start)
      const key = this.#readText()
      if (index > 0) this.#checkOrder(previousStart, previousEnd, start)
      previousStart = start
      previousEnd = this.at
      const value = this.readValue(depth)
      if (key === '__proto__') setOwn(map, key, value)
      else map[key] = value
    }
    return map
  }

  /** Canonical heads grow with the length, so comparing whole encoded keys bytewise is length-first order. */
  #checkOrder(previousStart: number, previousEnd: number, start: number): void {
    const bytes = this.#bytes
    for (let before = previousStart, now = start; before < previousEnd; before++, now++) {
      const difference = bytes[now]! - bytes[before]!
      if (difference > 0) return
      if (difference < 0) this.#refuse('key-order', start)
    }
    this.#refuse('duplicate-key', start)
  }

  #readCid(): Cid {
    const start = this.at
    if (this.#readArgument() !== TAG_CID) this.#refuse('tag', start)
    this.#require(1)
    if (this.#bytes[this.at]! >> 5 !== 2) this.#refuse('cid', start)
    const length = this.#readArgument()
    this.#require(length)
    const content = this.at
    this.at += length
    if (length !== CID_LENGTH + 1 || this.#bytes[content] !== 0) this.#refuse('cid', start)
    try {
      return new Cid(this.#bytes.subarray(content + 1, this.at))
    } catch (error) {
      if (error instanceof InvalidCidError) throw new CborError('cid', start, error.message)
      throw error
    }
  }

  #require(length: number): void {
    if (length > this.#end - this.at) this.#refuse('truncated', this.at)
  }

  #refuse(reason: CborReason, offset: number): never {
    throw new CborError(reason, offset)
  }
}

function simpleFault(head: number): CborReason {
  if (head >= 0xf9 && head <= 0xfb) return 'float'
  if (head === 0xff) return 'indefinite-length'
  return head > 0xfb ? 'reserved' : 'simple-value'
}

/** Sets a property that plain assignment would treat as the prototype. */
function setOwn(map: ValueMap, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}
