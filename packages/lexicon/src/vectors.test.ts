import { jsonToValue } from '@atoll/data-model'
import { parseRecordKey } from '@atoll/syntax'
import { interopJson } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { createLexicons } from './lexicons.ts'
import { parseLexicon } from './parse.ts'

type Vector = { name: string; rkey: string; data: unknown }

const names = ['permission-set', 'procedure', 'query', 'record', 'subscription']
const catalog = createLexicons(names.map((name) => parseLexicon(interopJson(`lexicon/catalog/${name}.json`))))
const type = catalog.recordType('example.lexicon.record')!

describe('the published vectors of record data', () => {
  it.each(interopJson('lexicon/record-data-valid.json') as Vector[])('accepts: $name', ({ rkey, data }) => {
    expect(type.validate(jsonToValue(data))).toMatchObject({ ok: true })
    expect(type.takesKey(parseRecordKey(rkey))).toBe(true)
  })

  it.each(interopJson('lexicon/record-data-invalid.json') as Vector[])('refuses: $name', ({ data }) => {
    expect(() => {
      if (!type.validate(jsonToValue(data)).ok) throw new Error('refused by its schema')
    }).toThrow()
  })
})
