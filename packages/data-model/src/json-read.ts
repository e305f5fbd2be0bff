import { parseBase64 } from './base64.ts'
import { isBlobRef } from './blob-ref.ts'
import { type Cid, parseCid } from './cid.ts'
import { DataModelError, InvalidCidError } from './errors.ts'
import { depthLimit, type Limits, type Value, type ValueMap } from './value.ts'

/** Reads JSON text of the data model: `$link` becomes a Cid, `$bytes` a Uint8Array. */
export function parseJson(text: string, limits: Limits = {}): Value {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new DataModelError('', 'not JSON')
  }
  return jsonToValue(json, limits)
}

/** Turns parsed JSON into a value of the data model. Malformed links, bytes and blobs are refused, not kept as maps. */
export function jsonToValue(json: unknown, limits: Pick<Limits, 'maxDepth'> = {}): Value {
  return convert(json, '', 0, depthLimit(limits.maxDepth))
}

function convert(json: unknown, path: string, depth: number, maxDepth: number): Value {
  switch (typeof json) {
    case 'boolean':
      return json
    case 'string':
      if (!json.isWellFormed()) throw new DataModelError(path, 'a lone surrogate')
      return json
    case 'number':
      if (!Number.isSafeInteger(json)) throw new DataModelError(path, 'a number that is not a safe integer')
      return json + 0
    case 'object':
      if (json === null) return null
      if (depth >= maxDepth + 1) throw new DataModelError(path, 'nested too deeply')
      if (Array.isArray(json)) return json.map((item, index) => convert(item, `${path}/${index}`, depth + 1, maxDepth))
      return convertMap(json as { [key: string]: unknown }, path, depth + 1, maxDepth)
    default:
      throw new DataModelError(path, `${typeof json} is not JSON`)
  }
}

function convertMap(json: { [key: string]: unknown }, path: string, depth: number, maxDepth: number): Value {
  if (Object.hasOwn(json, '$link')) return linkOf(json, path)
  if (Object.hasOwn(json, '$bytes')) return bytesOf(json, path)
  if (depth > maxDepth) throw new DataModelError(path, 'nested too deeply')
  const map: ValueMap = {}
  for (const key of Object.keys(json)) {
    const place = `${path}/${key}`
    if (!key.isWellFormed()) throw new DataModelError(place, 'a lone surrogate')
    const value = convert(json[key], place, depth, maxDepth)
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  }
  if (Object.hasOwn(map, '$type')) checkType(map, path)
  return map
}

function checkType(map: ValueMap, path: string): void {
  const type = map['$type']
  if (typeof type !== 'string' || type === '') throw new DataModelError(`${path}/$type`, 'not a type name')
  if (type === 'blob' && !isBlobRef(map)) throw new DataModelError(path, 'a malformed blob reference')
}

function linkOf(json: { [key: string]: unknown }, path: string): Cid {
  const text = json['$link']
  if (typeof text !== 'string' || Object.keys(json).length !== 1) throw new DataModelError(path, 'a malformed $link')
  try {
    return parseCid(text)
  } catch (error) {
    if (error instanceof InvalidCidError) throw new DataModelError(path, `a malformed $link: ${error.reason}`)
    throw error
  }
}

function bytesOf(json: { [key: string]: unknown }, path: string): Uint8Array {
  const text = json['$bytes']
  const bytes = typeof text === 'string' && Object.keys(json).length === 1 ? parseBase64(text) : undefined
  if (bytes === undefined) throw new DataModelError(path, 'malformed $bytes')
  return bytes
}
