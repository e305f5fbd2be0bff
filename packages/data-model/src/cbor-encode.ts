import { CID_LENGTH, Cid } from './cid.ts'
import { CborError, type CborReason } from './errors.ts'
import { utf8Length } from './text.ts'
import { DEFAULT_MAX_BYTES, depthLimit, type Limits, type Value, type ValueMap } from './value.ts'

/** The canonical DAG-CBOR of a value: the only bytes that `decodeCbor` accepts for it. `-0` is written as 0. */
export function encodeCbor(value: Value, limits: Pick<Limits, 'maxDepth' | 'maxBytes'> = {}): Uint8Array {
  const writer = new Writer(limits)
  writer.writeValue(value, 0)
  return writer.finish()
}

const encoder = new TextEncoder()

class Writer {
  #bytes = new Uint8Array(1024)
  #at = 0
  readonly #maxDepth: number
  readonly #maxBytes: number

  constructor(limits: Pick<Limits, 'maxDepth' | 'maxBytes'>) {
    this.#maxDepth = depthLimit(limits.maxDepth)
    this.#maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  writeValue(value: Value, depth: number): void {
    if (typeof value === 'string') this.#writeText(value)
    else if (typeof value === 'number') this.#writeNumber(value)
    else if (typeof value === 'boolean') this.#writeByte(value ? 0xf5 : 0xf4)
    else if (value === null) this.#writeByte(0xf6)
    else if (typeof value !== 'object') this.#refuse('unsupported-type', `${typeof value} is not in the data model`)
    else if (Array.isArray(value)) this.#writeArray(value, depth + 1)
    else if (value instanceof Cid) this.#writeCid(value)
    else if (value instanceof Uint8Array) this.#writeBytes(value)
    else this.#writeMap(value, depth + 1)
  }

  #writeNumber(value: number): void {
    if (!Number.isSafeInteger(value)) this.#refuse(Number.isInteger(value) ? 'integer-range' : 'float')
    if (value < 0) this.#writeHead(0x20, -1 - value)
    else this.#writeHead(0, value)
  }

  #writeText(text: string): void {
    if (!text.isWellFormed()) this.#refuse('surrogate')
    const length = utf8Length(text)
    this.#writeHead(0x60, length)
    this.#reserve(length)
    encoder.encodeInto(text, this.#bytes.subarray(this.#at))
    this.#at += length
  }

  #writeBytes(bytes: Uint8Array): void {
    this.#writeHead(0x40, bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #writeCid(cid: Cid): void {
    this.#reserve(CID_LENGTH + 5)
    this.#bytes.set([0xd8, 42, 0x58, CID_LENGTH + 1, 0], this.#at)
    this.#bytes.set(cid.bytes, this.#at + 5)
    this.#at += CID_LENGTH + 5
  }

  #writeArray(items: Value[], depth: number): void {
    if (depth > this.#maxDepth) this.#refuse('depth')
    this.#writeHead(0x80, items.length)
    for (const item of items) this.writeValue(item, depth)
  }

  #writeMap(map: ValueMap, depth: number): void {
    if (depth > this.#maxDepth) this.#refuse('depth')
    const prototype = Object.getPrototypeOf(map)
    if (prototype !== Object.prototype && prototype !== null) this.#refuse('unsupported-type', 'not a plain object')
    const keys = Object.keys(map).sort(compareKeys)
    this.#writeHead(0xa0, keys.length)
    for (const key of keys) {
      this.#writeText(key)
      this.writeValue(map[key] as Value, depth)
    }
  }

  #writeHead(major: number, argument: number): void {
    this.#reserve(9)
    const bytes = this.#bytes
    if (argument < 24) {
      bytes[this.#at++] = major | argument
    } else if (argument < 0x100) {
      bytes[this.#at++] = major | 24
      bytes[this.#at++] = argument
    } else if (argument < 0x10000) {
      bytes[this.#at++] = major | 25
      bytes[this.#at++] = argument >> 8
      bytes[this.#at++] = argument
    } else if (argument < 0x100000000) {
      bytes[this.#at++] = major | 26
      this.#writeWord(argument)
    } else {
      bytes[this.#at++] = major | 27
      this.#writeWord(Math.floor(argument / 0x100000000))
      this.#writeWord(argument % 0x100000000)
    }
  }

  #writeWord(word: number): void {
    const bytes = this.#bytes
    bytes[this.#at++] = word >>> 24
    bytes[this.#at++] = word >>> 16
    bytes[this.#at++] = word >>> 8
    bytes[this.#at++] = word
  }

  #writeByte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = byte
  }

  #reserve(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    if (needed > this.#maxBytes) this.#refuse('too-many-bytes')
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
  }

  #refuse(reason: CborReason, message?: string): never {
    throw new CborError(reason, this.#at, message)
  }
}

/** Canonical key order: shorter UTF-8 first, then bytewise, which is the order of code points. */
function compareKeys(a: string, b: string): number {
  const difference = utf8Length(a) - utf8Length(b)
  if (difference !== 0) return difference
  for (let index = 0; index < a.length; index++) {
    const difference = sortable(a.charCodeAt(index)) - sortable(b.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return 0
}

/** Surrogates stand for code points above all other units, but sort below some of them as UTF-16. */
function sortable(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}
