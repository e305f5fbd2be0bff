import { CID_LENGTH, Cid } from '../cid/cid.ts'
import { isCid } from '../cid/is-cid.ts'
import { CborError, type CborReason } from '../errors.ts'
import { Output } from '../output.ts'
import { utf8Length, writeText } from '../text.ts'
import { DEFAULT_MAX_BYTES, depthLimit, isLongInteger, type Limits, type Value, type ValueMap } from '../value.ts'
import {
  ARRAY,
  BYTES,
  headLength,
  MAP,
  MAX_HEAD_BYTES,
  NEGATIVE,
  TEXT,
  UNSIGNED,
  writeHead,
  writeLongHead,
} from './cbor-head.ts'
import { faultPath } from './fault-path.ts'
import { shapeOf } from './map-shape.ts'

/** Up to here a loop beats the call into the runtime. */
const SHORT_TEXT = 32
/** Beyond this, a text is measured first instead of reserving three bytes a char. */
const LONG_TEXT = 64 * 1024
const SHORT_BYTES = 48

type EncodeLimits = Pick<Limits, 'maxDepth' | 'maxBytes'>

/**
 * The canonical DAG-CBOR of a value: the only bytes that `decodeCbor` takes for it. `-0` is written
 * as 0; `undefined`, fractions, numbers that are not safe integers, bigints that a number could
 * hold or 64 bits could not, lone surrogates and objects that are not plain are refused. As with
 * Node's Buffer, the result may be a part of a larger ArrayBuffer: mind `byteOffset`.
 * @throws {CborError}
 */
export function encodeCbor(value: Value, limits?: EncodeLimits): Uint8Array {
  const writer = new Writer(limits)
  try {
    writer.writeValue(value, 0)
    writer.checkLength()
  } catch (error) {
    writer.abandon()
    throw withPath(error, value, limits)
  }
  return writer.finish()
}

function withPath(error: unknown, value: Value, limits: EncodeLimits | undefined): unknown {
  if (!(error instanceof CborError) || error.reason === 'too-many-bytes') return error
  const path = faultPath(value, depthLimit(limits?.maxDepth))
  return path === undefined ? error : new CborError(error.reason, error.offset, error.fault, path)
}

class Writer extends Output {
  private readonly maxDepth: number
  private readonly maxBytes: number

  constructor(limits: EncodeLimits | undefined) {
    super()
    this.maxDepth = depthLimit(limits?.maxDepth)
    this.maxBytes = limits?.maxBytes ?? DEFAULT_MAX_BYTES
  }

  checkLength(): void {
    if (this.length > this.maxBytes) this.refuse('too-many-bytes', `more than ${this.maxBytes} bytes`)
  }

  protected override grow(needed: number): void {
    this.checkLength()
    super.grow(needed)
  }

  writeValue(value: Value, depth: number): void {
    if (typeof value === 'string') this.writeText(value)
    else if (typeof value === 'number') this.writeNumber(value)
    else if (typeof value === 'boolean') this.writeByte(value ? 0xf5 : 0xf4)
    else if (value === null) this.writeByte(0xf6)
    else if (typeof value === 'object') this.writeObject(value, depth)
    else if (typeof value === 'bigint') this.writeBigint(value)
    else this.refuse('unsupported-type', `${typeof value} is not in the data model`)
  }

  private writeObject(value: Value[] | ValueMap | Cid | Uint8Array, depth: number): void {
    const prototype = Object.getPrototypeOf(value)
    // The prototypes say what the casts say.
    if (prototype === Object.prototype || prototype === null) this.writeMap(value as ValueMap, depth + 1)
    else if (Array.isArray(value)) this.writeArray(value, depth + 1)
    else if (prototype === Cid.prototype) this.writeCid(value as Cid)
    else if (value instanceof Uint8Array) this.writeBytes(value)
    else this.writeForeign(value, prototype)
  }

  /** A CID of another copy of this package, or nothing of the data model. */
  private writeForeign(value: unknown, prototype: { constructor?: { name?: string } }): void {
    if (!isCid(value)) {
      this.refuse('unsupported-type', `${prototype.constructor?.name ?? 'object'} is not in the data model`)
    }
    this.writeCid(value)
  }

  private writeNumber(value: number): void {
    if (!Number.isSafeInteger(value)) this.refuseNumber(value)
    this.reserve(MAX_HEAD_BYTES)
    this.at =
      value < 0 ? writeHead(this.bytes, this.at, NEGATIVE, -1 - value) : writeHead(this.bytes, this.at, UNSIGNED, value)
  }

  private refuseNumber(value: number): never {
    if (!Number.isInteger(value)) this.refuse('float', `${value}, which is no integer (the data model has no floats),`)
    return this.refuse('integer-range', `${value}, which is no safe integer (within ±(2^53 - 1)),`)
  }

  private writeBigint(value: bigint): void {
    if (Number.isSafeInteger(Number(value))) this.refuse('unsupported-type', 'a bigint that a number could hold')
    if (!isLongInteger(value)) this.refuse('integer-range', 'a bigint of more than 64 bits')
    this.reserve(MAX_HEAD_BYTES)
    this.at =
      value < 0n
        ? writeLongHead(this.bytes, this.at, NEGATIVE, -1n - value)
        : writeLongHead(this.bytes, this.at, UNSIGNED, value)
  }

  private writeText(text: string): void {
    const length = text.length
    if (length > SHORT_TEXT) {
      this.writeLongText(text)
      return
    }
    this.reserve(SHORT_TEXT + 2)
    const bytes = this.bytes
    const start = writeHead(bytes, this.at, TEXT, length)
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) {
        this.writeLongText(text)
        return
      }
      bytes[start + index] = code
    }
    this.at = start + length
  }

  /**
   * Guesses that the text is ASCII, writes it behind a head of that size, and moves it if the guess
   * was wrong.
   */
  private writeLongText(text: string): void {
    const room = text.length > LONG_TEXT ? utf8Length(text) : text.length * 3
    this.reserve(MAX_HEAD_BYTES + room)
    const guess = this.at + headLength(text.length)
    const length = writeText(this.bytes, guess, text)
    if (length !== text.length && !text.isWellFormed()) this.refuse('surrogate', 'text with a lone surrogate')
    const start = this.at + headLength(length)
    if (start !== guess) this.bytes.copyWithin(start, guess, guess + length)
    writeHead(this.bytes, this.at, TEXT, length)
    this.at = start + length
  }

  private writeBytes(content: Uint8Array): void {
    const length = content.length
    this.reserve(MAX_HEAD_BYTES + length)
    const bytes = this.bytes
    const start = writeHead(bytes, this.at, BYTES, length)
    if (length > SHORT_BYTES) bytes.set(content, start)
    else for (let index = 0; index < length; index++) bytes[start + index] = content[index]!
    this.at = start + length
  }

  private writeCid(cid: Cid): void {
    this.reserve(CID_LENGTH + 5)
    const { bytes, at } = this
    const content = cid.bytes
    bytes[at] = 0xd8
    bytes[at + 1] = 42
    bytes[at + 2] = BYTES | 24
    bytes[at + 3] = CID_LENGTH + 1
    bytes[at + 4] = 0
    for (let index = 0; index < CID_LENGTH; index++) bytes[at + 5 + index] = content[index]!
    this.at = at + 5 + CID_LENGTH
  }

  private writeArray(items: Value[], depth: number): void {
    if (depth > this.maxDepth) this.refuseDepth()
    const count = items.length
    this.reserve(MAX_HEAD_BYTES)
    this.at = writeHead(this.bytes, this.at, ARRAY, count)
    for (let index = 0; index < count; index++) this.writeValue(items[index]!, depth)
  }

  private writeMap(map: ValueMap, depth: number): void {
    if (depth > this.maxDepth) this.refuseDepth()
    const { sorted, encoded } = shapeOf(Object.keys(map), this.length)
    this.reserve(MAX_HEAD_BYTES)
    this.at = writeHead(this.bytes, this.at, MAP, sorted.length)
    for (let index = 0; index < sorted.length; index++) {
      this.writeEncoded(encoded[index]!)
      this.writeValue(map[sorted[index]!]!, depth)
    }
  }

  private writeEncoded(key: Uint8Array): void {
    const length = key.length
    this.reserve(length)
    const { bytes, at } = this
    if (length > SHORT_BYTES) bytes.set(key, at)
    else for (let index = 0; index < length; index++) bytes[at + index] = key[index]!
    this.at = at + length
  }

  private writeByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.at++] = byte
  }

  private refuseDepth(): never {
    return this.refuse('depth', `more than ${this.maxDepth} levels`)
  }

  private refuse(reason: CborReason, message?: string): never {
    throw new CborError(reason, this.length, message)
  }
}
