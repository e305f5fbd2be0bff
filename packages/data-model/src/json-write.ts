import { formatBase64 } from './base64.ts'
import { decodeCbor } from './cbor-decode.ts'
import { Cid } from './cid.ts'
import { DataModelError } from './errors.ts'
import { depthLimit, type Json, type Limits, type Value } from './value.ts'

/** The JSON text of a value. Properties that are `undefined` are left out, as JSON.stringify leaves them out. */
export function stringifyJson(value: Value, limits: Pick<Limits, 'maxDepth'> = {}): string {
  return JSON.stringify(valueToJson(value, limits))
}

/** The JSON text of a DAG-CBOR block, read as strictly as `decodeCbor` reads it. */
export function cborToJson(bytes: Uint8Array, limits: Limits = {}): string {
  return stringifyJson(decodeCbor(bytes, limits), limits)
}

/** The JSON form of a value: `{ $link }` for a CID, `{ $bytes }` for bytes. */
export function valueToJson(value: Value, limits: Pick<Limits, 'maxDepth'> = {}): Json {
  return convert(value, '', 0, depthLimit(limits.maxDepth))
}

function convert(value: Value, path: string, depth: number, maxDepth: number): Json {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      if (!value.isWellFormed()) throw new DataModelError(path, 'a lone surrogate')
      return value
    case 'number':
      if (!Number.isSafeInteger(value)) throw new DataModelError(path, 'a number that is not a safe integer')
      return value + 0
    case 'object':
      break
    default:
      throw new DataModelError(path, `${typeof value} is not in the data model`)
  }
  if (value === null) return null
  if (value instanceof Cid) return value.toJSON()
  if (value instanceof Uint8Array) return { $bytes: formatBase64(value) }
  if (depth >= maxDepth) throw new DataModelError(path, 'nested too deeply')
  if (Array.isArray(value)) return value.map((item, index) => convert(item, `${path}/${index}`, depth + 1, maxDepth))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new DataModelError(path, 'not a plain object')
  const json: { [key: string]: Json } = {}
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === undefined) continue
    const converted = convert(member, `${path}/${key}`, depth + 1, maxDepth)
    Object.defineProperty(json, key, { value: converted, enumerable: true, configurable: true, writable: true })
  }
  return json
}
