import { type Cid, isOwnCid } from '../cid/cid.ts'
import { isCid } from '../cid/is-cid.ts'
import { DataModelError } from '../errors.ts'
import { pointer, sharedPath } from '../json-pointer.ts'
import { isPlain, setMember } from '../plain-object.ts'
import { depthLimit, isLongInteger, type Json, type Limits, type Value, type ValueMap } from '../value.ts'
import { formatBase64 } from './base64.ts'

const DOLLAR = 36

/** What the text is made from. JavaScript's own JSON has no `bigint`. */
type JsonOrBigint = Json | bigint | JsonOrBigint[] | { [key: string]: JsonOrBigint }

/**
 * The JSON text of a value. Members that are `undefined` are left out, as `JSON.stringify` leaves
 * them out. A `bigint` is written in all its digits: JSON sets numbers no bound, though
 * `JSON.parse` rounds them.
 * @throws {DataModelError} for what has no JSON form, with the place of the fault.
 */
export function stringifyJson(value: Value, limits?: Pick<Limits, 'maxDepth'>): string {
  const maxDepth = depthLimit(limits?.maxDepth)
  const writer = new JsonWriter(maxDepth, false)
  const json = writer.convert(value, 0)
  const text = writer.hasBigint ? textOf(json) : JSON.stringify(json)
  // Only a lone surrogate comes out as this escape, so text need not be checked piece by piece
  // before.
  if (text.includes('\\ud')) new JsonWriter(maxDepth, true).convert(value, 0)
  return text
}

/**
 * The JSON form of a value: `{ $link }` for a CID, `{ $bytes }` for bytes. Members that are
 * `undefined` are left out. Parts of the value that need no conversion are shared with the result.
 * A `bigint` is refused, since only text can hold it.
 * @throws {DataModelError}
 */
export function valueToJson(value: Value, limits?: Pick<Limits, 'maxDepth'>): Json {
  return new JsonWriter(depthLimit(limits?.maxDepth), true, true).convert(value, 0) as Json // bigints are refused
}

/** Like `JSON.stringify`, but with bigints: for the few values that hold one. */
function textOf(json: JsonOrBigint): string {
  if (typeof json === 'bigint') return String(json)
  if (Array.isArray(json)) return `[${json.map(textOf).join()}]`
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  return `{${Object.keys(json)
    .map((key) => `${JSON.stringify(key)}:${textOf(json[key]!)}`)
    .join()}}`
}

class JsonWriter {
  /** Whether what was converted holds one. */
  hasBigint = false
  private readonly path = sharedPath
  private readonly maxDepth: number
  private readonly checkText: boolean
  private readonly refuseBigint: boolean

  constructor(maxDepth: number, checkText: boolean, refuseBigint = false) {
    this.maxDepth = maxDepth
    this.checkText = checkText
    this.refuseBigint = refuseBigint
  }

  convert(value: Value, depth: number): JsonOrBigint {
    switch (typeof value) {
      case 'string':
        if (this.checkText && !value.isWellFormed()) this.refuse(depth, 'a lone surrogate')
        return value
      case 'number':
        if (!Number.isSafeInteger(value)) this.refuse(depth, 'a number that is not a safe integer')
        return value
      case 'boolean':
        return value
      case 'object':
        if (value === null) return null
        return this.convertObject(value, depth)
      case 'bigint':
        return this.convertBigint(value, depth)
      default:
        return this.refuse(depth, `${typeof value} is not in the data model`)
    }
  }

  private convertBigint(value: bigint, depth: number): bigint {
    if (!isLongInteger(value)) this.refuse(depth, 'a bigint that a number could hold, or 64 bits could not')
    if (this.refuseBigint) this.refuse(depth, 'an integer that is not a safe integer')
    this.hasBigint = true
    return value
  }

  private convertObject(value: Value[] | ValueMap | Cid | Uint8Array, depth: number): JsonOrBigint {
    if (Array.isArray(value)) return this.convertArray(value, depth + 1)
    if (isOwnCid(value)) return { $link: value.toString() }
    if (value instanceof Uint8Array) return { $bytes: formatBase64(value) }
    if (isPlain(value)) return this.convertMap(value as ValueMap, depth + 1) // its prototype says so
    if (isCid(value)) return { $link: value.toString() } // of another copy of this package
    return this.refuse(depth, 'not a plain object')
  }

  private convertArray(items: Value[], depth: number): JsonOrBigint[] {
    if (depth > this.maxDepth) this.refuse(depth - 1, 'nested too deeply')
    let json: unknown[] = items
    for (let index = 0; index < items.length; index++) {
      this.path[depth - 1] = index
      const before = items[index]!
      const after = this.convert(before, depth)
      if (after === before) continue
      if (json === items) json = items.slice()
      json[index] = after
    }
    return json as JsonOrBigint[] // every item has been converted
  }

  private convertMap(map: ValueMap, depth: number): JsonOrBigint {
    if (depth > this.maxDepth) this.refuse(depth - 1, 'nested too deeply')
    let json: { [key: string]: unknown } = map
    const keys = Object.keys(map)
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!
      this.path[depth - 1] = key
      if (!this.isWritable(key)) this.refuse(depth, 'a key that JSON cannot hold')
      const before = map[key]
      const after = before === undefined ? undefined : this.convert(before, depth)
      if (after === before && after !== undefined) continue
      if (json === map) json = { ...map }
      if (after === undefined) delete json[key]
      else setMember(json, key, after)
    }
    return json as { [key: string]: JsonOrBigint } // every member has been converted
  }

  private isWritable(key: string): boolean {
    if (key.charCodeAt(0) === DOLLAR && (key === '$link' || key === '$bytes')) return false
    return key !== '__proto__' && (!this.checkText || key.isWellFormed())
  }

  private refuse(depth: number, reason: string): never {
    throw new DataModelError(pointer(this.path, depth), reason)
  }
}
