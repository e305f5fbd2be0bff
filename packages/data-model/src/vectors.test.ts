import { type VectorSource, vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { hex, toHex } from '../test/hex.ts'
import {
  CborError,
  cborToJson,
  cidOfCbor,
  DataModelError,
  decodeCbor,
  decodeCid,
  encodeCbor,
  InvalidCidError,
  isValueMap,
  jsonToValue,
  parseCid,
  parseJson,
  valueToJson,
} from './index.ts'
import { parseBase64 } from './json/base64.ts'
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
interface Block {
  note: string
  cbor_hex: string
}
interface CidCase {
  note: string
  text: string
  valid: boolean
  bytes?: string
  codec?: string
}

const read = <T>(source: VectorSource, name: string) => source.json(`data-model/${name}.json`) as T[]

describe.each(vectorSources())('the $name fixtures', (source) => {
  const fixtures = read<Fixture>(source, 'data-model-fixtures')

  it.each(fixtures)('$cid: JSON, DAG-CBOR and CID go with each other', ({ json, cbor_base64, cid }) => {
    const bytes = parseBase64(cbor_base64)!
    expect(encodeCbor(jsonToValue(json))).toEqual(bytes)
    expect(valueToJson(decodeCbor(bytes))).toEqual(json)
    expect(JSON.parse(cborToJson(bytes))).toEqual(json)
    expect(cidOfCbor(bytes).toString()).toBe(cid)
  })

  it('are not fewer than the published ones', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(3)
  })
})

describe.each(vectorSources())('the $name examples', (source) => {
  const differs = source.name === 'own' ? ownDifferences('data-model/data-model-invalid.json') : new Set()
  const valid = read<Example>(source, 'data-model-valid')
  const invalid = read<Example>(source, 'data-model-invalid')

  it.each(valid)('takes: $note', ({ json }) => {
    expect(isValueMap(jsonToValue(json))).toBe(true)
    expect(withoutPadding(valueToJson(decodeCbor(encodeCbor(parseJson(JSON.stringify(json))))))).toEqual(
      withoutPadding(json),
    )
  })

  it.each(invalid.filter(({ note }) => !differs.has(note)))('refuses: $note', ({ json }) => {
    expect(takes(() => isValueMap(jsonToValue(json)), DataModelError)).toBe(false)
    expect(takes(() => isValueMap(parseJson(JSON.stringify(json))), DataModelError)).toBe(false)
  })

  it('are not fewer than the published ones', () => {
    expect(valid.length).toBeGreaterThanOrEqual(5)
    expect(invalid.length - differs.size).toBeGreaterThanOrEqual(12)
  })
})

const own = vectorSources()[0]!

describe('our own blocks', () => {
  const differs = ownDifferences('data-model/cbor-valid.json')

  it.each(read<Block>(own, 'cbor-valid').filter(({ note }) => !differs.has(note)))(
    'are read and written: $note',
    ({ cbor_hex }) => {
      expect(toHex(encodeCbor(decodeCbor(hex(cbor_hex))))).toBe(cbor_hex)
    },
  )

  it.each(read<Block>(own, 'cbor-invalid'))('are refused, as values and as JSON: $note', ({ cbor_hex }) => {
    expect(() => decodeCbor(hex(cbor_hex))).toThrow(CborError)
    expect(() => cborToJson(hex(cbor_hex))).toThrow(CborError)
  })
})

describe('our own texts that are not JSON of the data model', () => {
  it.each(read<{ note: string; text: string }>(own, 'json-text-invalid'))('are refused: $note', ({ text }) => {
    expect(() => parseJson(text)).toThrow(DataModelError)
  })
})

describe('our own CIDs', () => {
  const cases = read<CidCase>(own, 'cids')

  it.each(cases.filter(({ valid }) => valid))('are read: $note', ({ text, bytes, codec }) => {
    const cid = parseCid(text)
    expect([cid.toString(), toHex(cid.bytes), cid.codec]).toEqual([text, bytes, codec])
    expect(decodeCid(hex(bytes!)).equals(cid)).toBe(true)
  })

  it.each(cases.filter(({ valid }) => !valid))('are refused: $note', ({ text }) => {
    expect(() => parseCid(text)).toThrow(InvalidCidError)
  })
})

/**
 * The cases of which interop/data-model/disagreements.json says that this package differs, and why.
 */
function ownDifferences(file: string): Set<string> {
  const entries = own.json('data-model/disagreements.json') as { file: string; case: string; judges: object }[]
  return new Set(
    entries.filter((entry) => entry.file === file && '@atoll/data-model' in entry.judges).map((entry) => entry.case),
  )
}

function takes(read: () => boolean, refusal: new (...args: never[]) => Error): boolean {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(refusal)
    return false
  }
}

/** Base64 may be padded when it is read; it is written without. */
function withoutPadding(json: Json): Json {
  const text = JSON.stringify(json, (key, value) => (key === '$bytes' ? String(value).replaceAll('=', '') : value))
  return JSON.parse(text)
}
