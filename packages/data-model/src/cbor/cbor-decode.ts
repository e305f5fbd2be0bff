import { CID_LENGTH, Cid, cidFault } from '../cid/cid.ts'
import { CborError } from '../errors.ts'
import { setMember } from '../plain-object.ts'
import { decodeCommonText, decodeText } from '../text.ts'
import type { Limits, Value, ValueMap } from '../value.ts'
import { CborReader, MAJOR_TEXT } from './cbor-reader.ts'
import { withPathOfByte } from './fault-path.ts'
import { expectedShape, expectedSlot, learnShape } from './map-shape.ts'

/** Texts up to here are often the same few. */
const SHORT_TEXT = 12

/**
 * Reads exactly one canonical DAG-CBOR value. Byte strings in it are views of `bytes`; all else is
 * a copy.
 * @throws {CborError} for anything that `encodeCbor` would not have written.
 */
export function decodeCbor(bytes: Uint8Array, limits?: Limits): Value {
  const decoder = new Decoder(bytes, 0, limits)
  let value: Value
  try {
    value = decoder.readValue(0)
  } catch (error) {
    throw withPathOfByte(error, bytes, 0)
  }
  if (decoder.at !== bytes.length) throw new CborError('trailing-bytes', decoder.at, 'more bytes behind the value')
  return value
}

/**
 * Reads the value that starts at `offset` and says where it ends: for values that follow each
 * other.
 */
export function decodeFirstCbor(bytes: Uint8Array, offset = 0, limits?: Limits): { value: Value; end: number } {
  const decoder = new Decoder(bytes, offset, limits)
  try {
    const value = decoder.readValue(0)
    return { value, end: decoder.at }
  } catch (error) {
    throw withPathOfByte(error, bytes, offset)
  }
}

class Decoder extends CborReader {
  readValue(depth: number): Value {
    switch (this.nextHead() >> 5) {
      case 0:
        return this.readUnsigned()
      case 1:
        return this.readNegative()
      case 2:
        return this.readBytes()
      case MAJOR_TEXT:
        return this.readText()
      case 4:
        return this.readArray(depth + 1)
      case 5:
        return this.readMap(depth + 1)
      case 6:
        return this.readCid()
      default:
        return this.readSimple()
    }
  }

  private readBytes(): Uint8Array {
    const length = this.readLength()
    const start = this.at
    this.at = start + length
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, length)
  }

  private readText(): string {
    const length = this.readLength()
    if (length <= SHORT_TEXT) return this.readCommonText(length)
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
    const count = this.readCount(depth)
    const items: Value[] = []
    for (let index = 0; index < count; index++) items.push(this.readValue(depth))
    return items
  }

  private readMap(depth: number): ValueMap {
    const count = this.readCount(depth)
    const map: ValueMap = {}
    if (count === 0) return map
    const slot = expectedSlot(this.bytes, this.at, count)
    const expected = expectedShape(slot, this.bytes, this.at, count)
    let previous = -1
    let index = 0
    if (expected !== undefined) {
      // What is expected is in canonical order: as long as it is met, the order needs no other
      // check.
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
      const key = this.readCommonText(this.readKeyLength())
      if (previous >= 0) this.checkOrder(previous, start, this.at)
      previous = start
      this.readMember(map, key, depth)
    }
  }

  private readMember(map: ValueMap, key: string, depth: number): void {
    setMember(map, key, key === '$type' ? this.readTypeName(depth) : this.readValue(depth))
  }

  /** Mostly the name of one of a few types. */
  private readTypeName(depth: number): Value {
    if (this.at >= this.end || this.bytes[this.at]! >> 5 !== MAJOR_TEXT) return this.readValue(depth)
    this.nextHead()
    return this.readCommonText(this.readLength())
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

  private readCid(): Cid {
    const start = this.at
    const content = this.skipLink()
    const fault = cidFault(this.bytes, content, CID_LENGTH)
    if (fault !== undefined) this.refuse('cid', start, fault)
    // Copied, not viewed: it costs the same at this size, and a CID may be kept long after its
    // block.
    const own = new Uint8Array(CID_LENGTH)
    for (let index = 0; index < CID_LENGTH; index++) own[index] = this.bytes[content + index]!
    return new Cid(own)
  }
}
