import { encodeCbor, jsonToValue, type ValueMap } from '@atoll/data-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomDocument } from '../../test/random-documents.ts'
import { documentFor, NSID, schemaAndValue } from '../../test/random-schemas.ts'
import { createLexicons } from '../lexicons.ts'
import { lintLexicon } from '../lint/lint.ts'
import { checkLexicon, parseLexicon } from '../parse/parse.ts'

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
  it('it is refused as a document with issues, or can be linted, compiled and judged by', () => {
    const json = fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 9, arbitrary: randomDocument })
    fc.assert(
      fc.property(json, fc.jsonValue(), (json, value) => {
        const result = checkLexicon(json)
        if (!result.ok) {
          expect(result.issues).not.toEqual([])
          return
        }
        lintLexicon(result.value)
        const lexicons = createLexicons([result.value])
        for (const name of Object.keys(result.value.defs)) lexicons.validate(`${NSID}#${name}`, value, { maxIssues: 9 })
        for (const judge of ['validateParams', 'validateInput', 'validateOutput', 'validateMessage'] as const) {
          lexicons[judge](NSID, value)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a document that can be parsed can be linted', () => {
    fc.assert(fc.property(schemaAndValue, ({ schema }) => void lintLexicon(parseLexicon(documentFor(schema)))))
  })
})
