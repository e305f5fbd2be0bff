import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { LexiconError } from '../errors.ts'
import { checkLexicon, parseLexicon } from './parse.ts'

type Vector = { name: string; lexicon: unknown }

const minimal = { lexicon: 1, id: 'com.example.thing', defs: { main: { type: 'token' } } }
const define = (definition: unknown, name = 'thing') => ({ ...minimal, defs: { [name]: definition } })
const issuesOf = (json: unknown) => {
  const result = checkLexicon(json)
  return result.ok ? [] : result.issues.map(({ path, code }) => `${path} ${code}`)
}

describe.each(vectorSources())('the $name vectors', (source) => {
  const valid = source.json('lexicon/lexicon-valid.json') as Vector[]
  const invalid = source.json('lexicon/lexicon-invalid.json') as Vector[]

  it.each(valid)('accepts: $name', ({ lexicon }) => {
    expect(issuesOf(lexicon)).toEqual([])
  })

  it.each(invalid)('refuses: $name', ({ lexicon }) => {
    expect(issuesOf(lexicon)).not.toEqual([])
  })

  it.each(['permission-set', 'procedure', 'query', 'record', 'subscription'])('accepts the catalog: %s', (name) => {
    expect(issuesOf(source.json(`lexicon/catalog/${name}.json`))).toEqual([])
  })

  it('are not fewer than the published ones', () => {
    expect(valid.length).toBeGreaterThanOrEqual(3)
    expect(invalid.length).toBeGreaterThanOrEqual(7)
  })
})

describe('parseLexicon', () => {
  it('returns the document itself', () => {
    expect(parseLexicon(minimal)).toBe(minimal)
  })

  it('throws with every issue and its path', () => {
    const broken = { lexicon: 2, id: 'com.example.thing', defs: { a: { type: 'string', maxLength: -1 }, b: {} } }
    expect(() => parseLexicon(broken)).toThrow(LexiconError)
    expect(issuesOf(broken)).toEqual(['/lexicon const', '/defs/a/maxLength type', '/defs/b/type enum'])
  })

  it.each([
    ['no object', 'text', [' type']],
    ['no definitions', { ...minimal, defs: {} }, ['/defs length']],
    ['definitions that are a list', { ...minimal, defs: [] }, ['/defs type']],
    ['a name that cannot be referred to', define({ type: 'token' }, 'a b'), ['/defs/a b format']],
    ['a description that is no text', { ...minimal, description: 1 }, ['/description format']],
    ['a named union', define({ type: 'union', refs: ['#a'] }), ['/defs/thing/type enum']],
    ['named parameters', define({ type: 'params' }), ['/defs/thing/type enum']],
    ['a query that is not main', define({ type: 'query' }), ['/defs/thing/type enum']],
    [
      'a token within an object',
      define({ type: 'object', properties: { a: { type: 'token' } } }),
      ['/defs/thing/properties/a/type enum'],
    ],
    ['an unknown type', define({ type: 'float' }), ['/defs/thing/type enum']],
    ['an unknown string format', define({ type: 'string', format: 'email' }), ['/defs/thing/format format']],
    ['const beside default', define({ type: 'integer', const: 1, default: 1 }), ['/defs/thing/default document']],
    ['a default of another type', define({ type: 'integer', default: '1' }), ['/defs/thing/default type']],
    ['an array without items', define({ type: 'array' }), ['/defs/thing/items required']],
    ['a partial pattern', define({ type: 'blob', accept: ['text/ht*'] }), ['/defs/thing/accept/0 format']],
    ['a lone star', define({ type: 'blob', accept: ['*'] }), ['/defs/thing/accept/0 format']],
    [
      'a reference to nothing',
      define({ type: 'array', items: { type: 'ref', ref: '#' } }),
      ['/defs/thing/items/ref format'],
    ],
    [
      'an empty closed union',
      define({ type: 'array', items: { type: 'union', refs: [], closed: true } }),
      ['/defs/thing/items/refs document'],
    ],
    [
      'a record key of no kind',
      define({ type: 'record', key: 'uuid', record: { type: 'object' } }, 'main'),
      ['/defs/main/key format'],
    ],
    ['a subscription without messages', define({ type: 'subscription' }, 'main'), ['/defs/main/message required']],
    [
      'messages that are no union',
      define({ type: 'subscription', message: { schema: { type: 'object' } } }, 'main'),
      ['/defs/main/message/schema/type enum'],
    ],
    [
      'a body that is a list',
      define(
        {
          type: 'query',
          output: { encoding: 'application/json', schema: { type: 'array', items: { type: 'string' } } },
        },
        'main',
      ),
      ['/defs/main/output/schema/type enum'],
    ],
    ['a body without encoding', define({ type: 'query', output: {} }, 'main'), ['/defs/main/output/encoding required']],
    [
      'an error name of two words',
      define({ type: 'query', errors: [{ name: 'Not Found' }] }, 'main'),
      ['/defs/main/errors/0/name format'],
    ],
    [
      'an object as parameter',
      define({ type: 'query', parameters: { type: 'params', properties: { a: { type: 'object' } } } }, 'main'),
      ['/defs/main/parameters/properties/a/type enum'],
    ],
    [
      'lists of lists as parameter',
      define(
        {
          type: 'query',
          parameters: {
            type: 'params',
            properties: { a: { type: 'array', items: { type: 'array', items: { type: 'string' } } } },
          },
        },
        'main',
      ),
      ['/defs/main/parameters/properties/a/items/type enum'],
    ],
  ])('refuses %s', (_, json, issues) => {
    expect(issuesOf(json)).toEqual(issues)
  })

  it('refuses a property called __proto__', () => {
    const json = JSON.parse(
      '{"lexicon":1,"id":"com.example.thing","defs":{"a":{"type":"object","properties":{"__proto__":{"type":"string"}}}}}',
    )
    expect(issuesOf(json)).toEqual(['/defs/a/properties/__proto__ format'])
  })

  it('accepts an empty open union, which asks for nothing but $type', () => {
    expect(issuesOf(define({ type: 'array', items: { type: 'union', refs: [] } }))).toEqual([])
  })

  it('keeps quiet about fields it does not know', () => {
    expect(issuesOf({ ...minimal, $type: 'com.atproto.lexicon.schema', revision: 3 })).toEqual([])
  })

  it('refuses what is nested too deeply to be read safely', () => {
    let items: unknown = { type: 'string' }
    for (let i = 0; i < 100_000; i++) items = { type: 'array', items }
    expect(issuesOf(define(items))).toEqual([' document'])
  })
})
