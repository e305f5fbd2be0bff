import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParamsSchema } from '../document/document.ts'
import { createLexicons } from '../lexicons.ts'
import { parseLexicon } from '../parse/parse.ts'
import { findPart } from '../validation/all-parts.ts'
import { formatParams, Params } from './params.ts'

const schema: ParamsSchema = {
  type: 'params',
  required: ['who'],
  properties: {
    who: { type: 'string', format: 'at-identifier' },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    reverse: { type: 'boolean', default: false },
    since: { type: 'string' },
    types: { type: 'array', items: { type: 'string' }, maxLength: 3 },
    counts: { type: 'array', items: { type: 'integer' } },
    flags: { type: 'array', items: { type: 'boolean' } },
  },
}
const params = new Params(schema, { home: 'com.example.call', find: findPart })
const parse = (search: string) => params.parse(new URLSearchParams(search), { maxIssues: 10 })
const issuesOf = (search: string) => {
  const result = parse(search)
  return result.ok ? [] : result.issues.map(({ path, code }) => `${path} ${code}`)
}

describe('parameters', () => {
  it('are read as the types that are declared, with defaults filled in', () => {
    expect(parse('who=alice.test&since=5&types=a&types=b&counts=-1&flags=true&flags=false')).toEqual({
      ok: true,
      value: {
        who: 'alice.test',
        limit: 50,
        reverse: false,
        since: '5',
        types: ['a', 'b'],
        counts: [-1],
        flags: [true, false],
      },
    })
  })

  it('that are unknown are left out', () => {
    expect(parse('who=alice.test&toString=1&constructor=x')).toMatchObject({
      ok: true,
      value: { who: 'alice.test', limit: 50 },
    })
    expect(Object.keys((parse('who=alice.test&toString=1') as { value: object }).value)).toEqual([
      'who',
      'limit',
      'reverse',
    ])
  })

  it('that may be absent and have no value are absent', () => {
    expect(parse('who=alice.test&limit=&since=&reverse=')).toEqual({
      ok: true,
      value: { who: 'alice.test', limit: 50, reverse: false },
    })
    expect(issuesOf('who=alice.test&since=&since=')).toEqual(['/since repeated'])
  })

  it.each([
    ['limit=1', '/who required'],
    ['who=alice.test&__proto__=x', '/__proto__ format'],
    ['who=alice.test&__proto__', '/__proto__ format'],
    ['who=nobody', '/who format'],
    ['who=alice.test&limit=0', '/limit range'],
    ['who=alice.test&limit=1.5', '/limit type'],
    ['who=alice.test&limit=0x10', '/limit type'],
    ['who=', '/who format'],
    ['who=alice.test&counts=', '/counts/0 type'],
    ['who=alice.test&limit=99999999999999999999', '/limit type'],
    ['who=alice.test&reverse=1', '/reverse type'],
    ['who=alice.test&reverse=True', '/reverse type'],
    ['who=alice.test&counts=1&counts=x', '/counts/1 type'],
    ['who=alice.test&types=a&types=b&types=c&types=d', '/types length'],
  ])('are refused: %s', (search, issue) => {
    expect(issuesOf(search)).toEqual([issue])
  })

  it('that are no list may be given once', () => {
    expect(issuesOf('who=alice.test&limit=1&limit=2')).toEqual(['/limit repeated'])
  })

  it('that are typed already are judged in the same way', () => {
    expect(params.validate({ who: 'alice.test', limit: 7, more: 1 })).toEqual({
      ok: true,
      value: { who: 'alice.test', limit: 7, reverse: false },
    })
    expect(params.validate({ who: 'alice.test', limit: '7' }).ok).toBe(false)
    expect(params.validate(undefined).ok).toBe(false)
  })

  it('are read as they were written', () => {
    const arbitrary = fc.record(
      {
        who: fc.constantFrom('alice.test', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'),
        limit: fc.integer({ min: 1, max: 100 }),
        reverse: fc.boolean(),
        since: fc.string({ unit: 'grapheme', minLength: 1 }),
        types: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
        counts: fc.array(fc.maxSafeInteger(), { minLength: 1 }),
        flags: fc.array(fc.boolean(), { minLength: 1 }),
      },
      { requiredKeys: ['who', 'limit', 'reverse'] },
    )
    fc.assert(
      fc.property(arbitrary, (given) => {
        const text = formatParams(given).toString()
        expect(params.parse(new URLSearchParams(text))).toEqual({ ok: true, value: given })
      }),
    )
  })

  it('that are undefined are not written', () => {
    expect(formatParams({ a: undefined, b: 1, c: [] }).toString()).toBe('b=1')
  })

  it('need not be declared', () => {
    const document = parseLexicon({ lexicon: 1, id: 'com.example.call', defs: { main: { type: 'query' } } })
    expect(createLexicons([document]).parseQuery('com.example.call', new URLSearchParams('a=1'))).toEqual({
      ok: true,
      value: {},
    })
  })
})
