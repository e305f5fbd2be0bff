import { formatBase64 } from './base64.ts'
import { Cid } from './cid.ts'
import { DataModelError } from './errors.ts'
import { pointer, sharedPath } from './json-pointer.ts'
import { isPlain, setMember } from './plain-object.ts'
import { depthLimit, type Json, type Limits, type Value, type ValueMap } from './value.ts'

const DOLLAR = 36

/**
 * The JSON text of a value. Members that are `undefined` are left out, as `JSON.stringify` leaves them out.
 * @throws {DataModelError} for what has no JSON form, with the place of the fault.
 */
export function stringifyJson(value: Value, limits?: Pick<Limits, 'maxDepth'>): string {
  const maxDepth = depthLimit(limits?.maxDepth)
  const text = JSON.stringify(new JsonWriter(maxDepth, false).convert(value, 0))
  // Only a lone surrogate comes out as this escape, so text need not be looked at piece by piece before.
  if (text.includes('\\ud')) new JsonWriter(maxDepth, true).convert(value, 0)
  return text
}

/**
 * The JSON form of a value: `{ $link }` for a CID, `{ $bytes }` for bytes. Members that are `undefined` are left out.
 * Parts of the value that need no conversion are shared with the result.
 * @throws {DataModelError}
 */
export function valueToJson(value: Value, limits?: Pick<Limits, 'maxDepth'>): Json {
  return new JsonWriter(depthLimit(limits?.maxDepth), true).convert(value, 0)
}

class JsonWriter {
  private readonly path = sharedPath

  constructor(
    private readonly maxDepth: number,
    private readonly checkText: boolean,
  ) {}

  convert(value: Value, depth: number): Json {
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
      default:
        return this.refuse(depth, `${typeof value} is not in the data model`)
    }
  }

  private convertObject(value: Value[] | ValueMap | Cid | Uint8Array, depth: number): Json {
    if (Array.isArray(value)) return this.convertArray(value, depth + 1)
    if (value instanceof Cid) return { $link: value.toString() }
    if (value instanceof Uint8Array) return { $bytes: formatBase64(value) }
    if (!isPlain(value)) this.refuse(depth, 'not a plain object')
    return this.convertMap(value, depth + 1)
  }

  private convertArray(items: Value[], depth: number): Json[] {
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
    return json as Json[] // every item has been converted
  }

  private convertMap(map: ValueMap, depth: number): Json {
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
    return json as { [key: string]: Json } // every member has been converted
  }

  private isWritable(key: string): boolean {
    if (key.charCodeAt(0) === DOLLAR && (key === '$link' || key === '$bytes')) return false
    return key !== '__proto__' && (!this.checkText || key.isWellFormed())
  }

  private refuse(depth: number, reason: string): never {
    throw new DataModelError(pointer(this.path, depth), reason)
  }
}
