import { encodeCbor, jsonToValue, type ValueMap } from '@atoll/data-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLexicons } from './lexicons.ts'
import { lintLexicon } from './lint.ts'
import { checkLexicon, parseLexicon } from './parse.ts'
import { documentFor, NSID, schemaAndValue } from './test/random-schemas.ts'

const judged = schemaAndValue.map(({ schema, value }) => ({
  type: createLexicons([parseLexicon(documentFor(schema))]).recordType(NSID)!,
  record: jsonToValue({ $type: NSID, it: value }) as ValueMap,
}))

describe('whatever the schema and the value', () => {
  it('the first issue is the same, however many are asked for', () => {
    fc.assert(
      fc.property(judged, ({ type, record }) => {
        const [first, all] = [type.validate(record), type.validate(record, { maxIssues: 1000 })]
        expect(type.is(record)).toBe(first.ok)
        expect(all.ok).toBe(first.ok)
        if (!first.ok && !all.ok) expect(all.issues.slice(0, 1)).toEqual(first.issues)
      }),
    )
  })

  it('the value is left as it is', () => {
    fc.assert(
      fc.property(judged, ({ type, record }) => {
        const before = encodeCbor(record)
        type.validate(record, { maxIssues: 1000 })
        expect(encodeCbor(record)).toEqual(before)
      }),
    )
  })

  it('further fields change nothing', () => {
    fc.assert(
      fc.property(judged, ({ type, record }) => {
        expect(type.validate({ ...record, more: [1.5] })).toMatchObject({ ok: type.is(record) })
      }),
    )
  })

  it('every path leads to a part of the value, or to a place where one is missing', () => {
    fc.assert(
      fc.property(judged, ({ type, record }) => {
        const result = type.validate(record, { maxIssues: 1000 })
        for (const { path, code } of result.ok ? [] : result.issues) {
          const names = path.split('/').slice(1)
          const last = names.pop()!
          const parent = names.reduce<object>((part, name) => part[name as keyof typeof part], record)
          expect(Object.hasOwn(parent, last)).toBe(code !== 'required' && (code !== 'variant' || '$type' in parent))
        }
      }),
    )
  })
})

describe('whatever the JSON', () => {
  it('it is parsed as a document, or refused with issues', () => {
    const defs = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.record({ type: fc.constantFrom('object', 'record', 'union'), refs: fc.jsonValue() })),
    )
    const json = fc.oneof(fc.jsonValue(), fc.record({ lexicon: fc.constant(1), id: fc.constant(NSID), defs }))
    fc.assert(
      fc.property(json, (json) => {
        const result = checkLexicon(json)
        if (result.ok) lintLexicon(result.value)
        else expect(result.issues.length).toBeGreaterThan(0)
      }),
    )
  })

  it('a document that can be parsed can be linted', () => {
    fc.assert(fc.property(schemaAndValue, ({ schema }) => void lintLexicon(parseLexicon(documentFor(schema)))))
  })
})
