import { isBlobRef } from '../blob-ref.ts'
import { type Cid, parseCid } from '../cid/cid.ts'
import { DataModelError, InvalidCidError } from '../errors.ts'
import { pointer, sharedPath } from '../json-pointer.ts'
import { isPlain, setMember } from '../plain-object.ts'
import { decodeText } from '../text.ts'
import {
  DEFAULT_MAX_BYTES,
  DEFAULT_MAX_ITEMS,
  depthLimit,
  isLongInteger,
  type Limits,
  type Value,
  type ValueMap,
} from '../value.ts'
import { parseBase64 } from './base64.ts'
import { boundJsonText } from './json-bounds.ts'

const DOLLAR = 36

/** How JSON is read. */
export interface JsonOptions extends Limits {
  /**
   * Whether an integer past 2^53 - 1 that fits 64 bits is read as a `bigint` instead of being
   * refused. This needs a runtime that shows how numbers are written, as Node does since
   * version 22. Default false: such integers are better not written.
   */
  longIntegers?: boolean
  /**
   * Takes what others let into the network: any number, lone surrogates, the key `__proto__`, a
   * `$type` that is not a name. A malformed `$link`, `$bytes` or blob is read as a plain map.
   * Limits still apply. Default false.
   */
  lenient?: boolean
}

/**
 * Reads JSON text, or its UTF-8 bytes: `$link` becomes a Cid, `$bytes` a Uint8Array, `$type: blob`
 * a checked BlobRef.
 * @throws {DataModelError} for what is not JSON or not of the data model, with the place of the
 * fault. The key `__proto__`, which the data model may hold, is refused: JavaScript readers of the
 * JSON take it for the prototype, or throw.
 */
export function parseJson(source: string | Uint8Array, options: JsonOptions = {}): Value {
  const { maxBytes = DEFAULT_MAX_BYTES, lenient = false } = options
  if (source.length > maxBytes) throw new DataModelError('', `more than ${maxBytes} of JSON`)
  const text = typeof source === 'string' ? source : textOf(source, lenient)
  boundJsonText(text, depthLimit(options.maxDepth), options.maxItems ?? DEFAULT_MAX_ITEMS)
  const reader = new JsonReader(options, !isSurelyWellFormed(text), true)
  try {
    const value = reader.convert(parseText(text), 0)
    if (!reader.hasRounded) return value
  } catch (error) {
    if (!reader.hasRounded) throw error
  }
  // With a reviver parsing takes several times as long, so only text that needs it is parsed again.
  return new JsonReader(options, true, true).convert(parseText(text, keepInteger), 0)
}

function textOf(utf8: Uint8Array, lenient: boolean): string {
  const text = decodeText(utf8, 0, utf8.length)
  if (text !== undefined) return text
  if (!lenient) throw new DataModelError('', 'not UTF-8')
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8)
}

/** 64 bits take 19 digits at most, and to read a number of millions of them takes seconds. */
const LONG_INTEGER = /^-?\d{16,19}$/

/**
 * A reviver that keeps all digits of 64-bit integers, where the runtime says how a number was
 * written.
 */
function keepInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  if (context?.source === undefined || !LONG_INTEGER.test(context.source)) return value
  const integer = BigInt(context.source)
  return isLongInteger(integer) ? integer : value
}

/**
 * Whether no string in this JSON can have a lone surrogate, as such or escaped: then none needs a
 * look of its own.
 */
function isSurelyWellFormed(text: string): boolean {
  return text.isWellFormed() && (text.indexOf('\\') < 0 || !text.includes('\\u'))
}

function parseText(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver)
  } catch {
    throw new DataModelError('', 'not JSON')
  }
}

/**
 * Turns parsed JSON into a value of the data model; malformed links, bytes and blobs and keys
 * `__proto__` are refused, not kept. The argument is not changed; parts of it that need no
 * conversion are shared with the result.
 * @throws {DataModelError}
 */
export function jsonToValue(json: unknown, options: Omit<JsonOptions, 'maxBytes'> = {}): Value {
  return new JsonReader(options, true, false).convert(json, 0)
}

/** JSON as it comes, of which nothing is known. */
type Unchecked = { [key: string]: unknown }

class JsonReader {
  private readonly path = sharedPath
  private readonly maxDepth: number
  private readonly lenient: boolean
  private readonly longIntegers: boolean
  /**
   * Whether there was an integer that `JSON.parse` may have rounded, and that is wanted as it was
   * written.
   */
  hasRounded = false
  private readonly checkText: boolean
  private itemsLeft: number
  /** Whether the JSON is ours to change. */
  private readonly owned: boolean

  constructor(options: JsonOptions, mayBeMalformed: boolean, owned: boolean) {
    this.owned = owned
    this.maxDepth = depthLimit(options.maxDepth)
    this.lenient = options.lenient ?? false
    this.longIntegers = options.longIntegers ?? false
    this.checkText = mayBeMalformed && !this.lenient
    this.itemsLeft = (options.maxItems ?? DEFAULT_MAX_ITEMS) - 1
  }

  /** Converts what lies within `depth` containers. */
  convert(json: unknown, depth: number): Value {
    switch (typeof json) {
      case 'string':
        if (this.checkText && !json.isWellFormed()) this.refuse(depth, 'a lone surrogate')
        return json
      case 'number':
        if (!Number.isSafeInteger(json)) this.takeUnsafe(json, depth)
        return json + 0 // -0 becomes 0
      case 'boolean':
        return json
      case 'object':
        if (json === null) return null
        return Array.isArray(json) ? this.convertArray(json, depth + 1) : this.convertMap(json as Unchecked, depth + 1)
      case 'bigint':
        if (this.longIntegers && isLongInteger(json)) return json
        return this.refuse(depth, 'an integer that is not a safe integer')
      default:
        return this.refuse(depth, `${typeof json} is not JSON`)
    }
  }

  private takeUnsafe(number: number, depth: number): void {
    if (this.longIntegers && Number.isInteger(number)) this.hasRounded = true
    if (!this.lenient) this.refuse(depth, 'a number that is not a safe integer')
  }

  private convertArray(json: unknown[], depth: number): Value[] {
    if (depth > this.maxDepth) this.refuse(depth - 1, 'nested too deeply')
    this.count(json.length, depth)
    let items = json
    for (let index = 0; index < json.length; index++) {
      const before = json[index]
      if (this.passes(before)) continue
      this.path[depth - 1] = index
      const after = this.convert(before, depth)
      if (Object.is(after, before)) continue
      if (items === json && !this.owned) items = json.slice()
      items[index] = after
    }
    return items as Value[] // every item has been converted
  }

  private convertMap(json: Unchecked, depth: number): Value {
    if (!this.owned && !isPlain(json)) this.refuse(depth - 1, 'not a plain object')
    const keys = Object.keys(json)
    if (depth > this.maxDepth && keys[0] !== '$link' && keys[0] !== '$bytes') {
      this.refuse(depth - 1, 'nested too deeply')
    }
    this.count(keys.length, depth)
    let map = json
    let isBlob = false
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!
      if (key === '__proto__' && !this.lenient) this.refuseKey(key, depth)
      if (key.charCodeAt(0) === DOLLAR) {
        if (key === '$link' || key === '$bytes') {
          const read =
            key === '$link' ? this.readLink(json, keys.length, depth - 1) : this.readBytes(json, keys.length, depth - 1)
          if (read !== undefined) return read
        } else if (key === '$type') isBlob = this.readTypeName(json['$type'], depth) === 'blob'
      }
      const before = json[key]
      if (this.passes(before)) continue
      this.path[depth - 1] = key
      if (this.checkText && !key.isWellFormed()) this.refuse(depth, 'a lone surrogate')
      const after = this.convert(before, depth)
      if (Object.is(after, before)) continue
      if (map === json && !this.owned) map = { ...json }
      setMember(map, key, after)
    }
    if (isBlob && !this.lenient && !isBlobRef(map)) this.refuse(depth - 1, 'a malformed blob reference')
    return map as ValueMap // every member has been converted
  }

  /** Text that was checked as a part of the whole, as most of it is. */
  private passes(json: unknown): boolean {
    return typeof json === 'string' && !this.checkText
  }

  private count(items: number, depth: number): void {
    this.itemsLeft -= items
    if (this.itemsLeft < 0) this.refuse(depth - 1, 'too many values')
  }

  private readTypeName(name: unknown, depth: number): unknown {
    if ((typeof name === 'string' && name !== '') || this.lenient) return name
    this.path[depth - 1] = '$type'
    return this.refuse(depth, 'not the name of a type')
  }

  private readLink(json: Unchecked, count: number, depth: number): Cid | undefined {
    const text = json['$link']
    if (typeof text !== 'string' || count !== 1) return this.refuseStrictly(depth, 'a malformed $link')
    try {
      return parseCid(text)
    } catch (error) {
      if (error instanceof InvalidCidError) return this.refuseStrictly(depth, `a malformed $link: ${error.reason}`)
      throw error
    }
  }

  private readBytes(json: Unchecked, count: number, depth: number): Uint8Array | undefined {
    const text = json['$bytes']
    const bytes = typeof text === 'string' && count === 1 ? parseBase64(text) : undefined
    return bytes ?? this.refuseStrictly(depth, 'malformed $bytes')
  }

  /** Lenient reading keeps what is malformed as it is. */
  private refuseStrictly(depth: number, reason: string): undefined {
    return this.lenient ? undefined : this.refuse(depth, reason)
  }

  private refuseKey(key: string, depth: number): never {
    this.path[depth - 1] = key
    return this.refuse(depth, `Invalid key: ${key}`)
  }

  private refuse(depth: number, reason: string): never {
    throw new DataModelError(pointer(this.path, depth), reason)
  }
}
