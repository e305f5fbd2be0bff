import { jsonToValue } from '@atoll/data-model'
import { isRecordKey } from '@atoll/syntax'
import { type VectorSource, vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { createLexicons } from '../lexicons.ts'
import type { RecordType } from '../methods/methods.ts'
import { parseLexicon } from '../parse/parse.ts'

type Vector = { name: string; rkey: string; data: unknown }

/** The type of the catalog's `record`, which the vectors of records are judged by. */
function recordTypeOf(source: VectorSource): RecordType {
  const files = ['defs', 'permission-set', 'procedure', 'query', 'record', 'subscription']
    .map((name) => `lexicon/catalog/${name}.json`)
    .filter((file) => source.has(file))
  const catalog = createLexicons(files.map((file) => parseLexicon(source.json(file))))
  return catalog.recordType(parseLexicon(source.json('lexicon/catalog/record.json')).id)!
}

describe.each(vectorSources())('the $name vectors of records', (source) => {
  const type = recordTypeOf(source)
  const valid = source.json('lexicon/record-data-valid.json') as Vector[]
  const invalid = source.json('lexicon/record-data-invalid.json') as Vector[]
  const isTaken = ({ rkey, data }: Vector) =>
    isRecordKey(rkey) && type.takesKey(rkey) && type.validate(jsonToValue(data)).ok

  it.each(valid)('are accepted: $name', (vector) => {
    expect(isTaken(vector)).toBe(true)
  })

  it.each(invalid)('are refused: $name', (vector) => {
    expect(() => {
      if (!isTaken(vector)) throw new Error('refused by its schema')
    }).toThrow()
  })

  it('are not fewer than the published ones', () => {
    expect(valid.length).toBeGreaterThanOrEqual(3)
    expect(invalid.length).toBeGreaterThanOrEqual(50)
  })
})

describe('our own vectors of record keys', () => {
  const [own] = vectorSources()
  const vectors = own!.json('lexicon/record-keys.json') as { key: string; rkey: string; valid: boolean }[]

  it.each(vectors)('a record of the key $key takes $rkey: $valid', ({ key, rkey, valid }) => {
    const defs = { main: { type: 'record', key, record: { type: 'object', properties: {} } } }
    const type = createLexicons([parseLexicon({ lexicon: 1, id: 'com.example.thing', defs })]).recordType(
      'com.example.thing',
    )!
    expect(isRecordKey(rkey) && type.takesKey(rkey)).toBe(valid)
  })
})
