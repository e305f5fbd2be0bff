import { interopJson } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { parseBase64 } from './base64.ts'
import {
  cborToJson,
  cidOfCbor,
  DataModelError,
  decodeCbor,
  encodeCbor,
  isValueMap,
  jsonToValue,
  parseJson,
  valueToJson,
} from './index.ts'
import type { Json } from './value.ts'

interface Fixture {
  json: Json
  cbor_base64: string
  cid: string
}
interface Example {
  note: string
  json: Json
}

describe('the published fixtures', () => {
  const fixtures = interopJson('data-model/data-model-fixtures.json') as Fixture[]
  it.each(fixtures)('$cid: JSON, DAG-CBOR and CID go with each other', ({ json, cbor_base64, cid }) => {
    const bytes = parseBase64(cbor_base64)!
    expect(encodeCbor(jsonToValue(json))).toEqual(bytes)
    expect(valueToJson(decodeCbor(bytes))).toEqual(json)
    expect(JSON.parse(cborToJson(bytes))).toEqual(json)
    expect(cidOfCbor(bytes).toString()).toBe(cid)
  })
})

describe('the published examples', () => {
  const valid = interopJson('data-model/data-model-valid.json') as Example[]
  it.each(valid)('takes: $note', ({ json }) => {
    expect(isValueMap(jsonToValue(json))).toBe(true)
    expect(valueToJson(decodeCbor(encodeCbor(parseJson(JSON.stringify(json)))))).toEqual(json)
  })

  const invalid = interopJson('data-model/data-model-invalid.json') as Example[]
  it.each(invalid)('refuses: $note', ({ json }) => {
    // A value by itself need not be a map; a record must.
    if (typeof json === 'object') expect(() => jsonToValue(json)).toThrow(DataModelError)
    else expect(isValueMap(jsonToValue(json))).toBe(false)
  })
})
