import { parseRecordKey } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { createLexicons } from '../lexicons.ts'
import { parseLexicon } from '../parse/parse.ts'
import { define } from '../validation/definition-source.ts'
import { document } from '../validation/document-source.ts'
import { integerKind, objectKind, recordKind } from '../validation/kinds.ts'
import { query, recordType } from './describe.ts'

const body = (properties: object, required: string[] = []) => ({
  encoding: 'application/json',
  schema: { type: 'object', required, properties },
})
const defineMethod = (main: object, defs: object = {}, id = 'com.example.call') =>
  createLexicons([parseLexicon({ lexicon: 1, id, defs: { main, ...defs } })])

describe('a described method', () => {
  it('says its kind, its errors and its encodings', () => {
    const lexicons = defineMethod({
      type: 'procedure',
      input: { encoding: '*/*' },
      output: body({ x: { type: 'integer' } }),
      errors: [{ name: 'Full' }, { name: 'Gone' }],
    })
    const method = lexicons.method('com.example.call')
    if (method?.kind !== 'procedure') throw new Error('not a procedure')
    expect(method).toMatchObject({ nsid: 'com.example.call', errors: ['Full', 'Gone'], input: { encoding: '*/*' } })
    expect(method.input?.validate).toBeUndefined()
    expect(method.output?.encoding).toBe('application/json')
    expect(method.output?.validate?.({ x: '1' })).toMatchObject({ ok: false, issues: [{ path: '/x' }] })
  })

  it('may have neither input nor output', () => {
    const method = defineMethod({ type: 'procedure' }).method('com.example.call')
    expect(method).toMatchObject({ input: undefined, output: undefined, errors: [] })
  })

  it('fills in the defaults of its input before judging, and leaves the value given alone', () => {
    const lexicons = defineMethod({
      type: 'procedure',
      input: body({ count: { type: 'integer', default: 1 } }, ['count']),
    })
    const given = { other: true }
    expect(lexicons.validateInput('com.example.call', given)).toEqual({ ok: true, value: { count: 1, other: true } })
    expect(given).toEqual({ other: true })
    expect(lexicons.validateInput('com.example.call', []).ok).toBe(false)
  })

  it('takes a body by reference and by union', () => {
    const defs = { x: { type: 'object', required: ['x'], properties: { x: { type: 'string' } } } }
    const output = { encoding: 'application/json', schema: { type: 'ref', ref: '#x' } }
    const input = { encoding: 'application/json', schema: { type: 'union', refs: ['#x'], closed: true } }
    const lexicons = defineMethod({ type: 'procedure', input, output }, defs)
    expect(lexicons.validateOutput('com.example.call', {})).toMatchObject({ ok: false, issues: [{ path: '/x' }] })
    expect(lexicons.validateInput('com.example.call', { x: 'a' })).toMatchObject({ issues: [{ path: '/$type' }] })
    expect(lexicons.validateInput('com.example.call', { $type: 'com.example.call#x', x: 'a' }).ok).toBe(true)
  })
})

describe('a described subscription', () => {
  const defs = {
    tick: { type: 'object', required: ['seq'], properties: { seq: { type: 'integer' } } },
  }
  const message = { schema: { type: 'union', refs: ['#tick', 'com.example.other#tock'] } }
  const lexicons = defineMethod({ type: 'subscription', message }, defs)
  const method = lexicons.method('com.example.call')
  if (method?.kind !== 'subscription') throw new Error('not a subscription')

  it('judges messages by their full type name', () => {
    expect(method.validateMessage({ $type: 'com.example.call#tick', seq: 1 }).ok).toBe(true)
    expect(lexicons.validateMessage('com.example.call', { $type: 'com.example.call#tick' })).toMatchObject({
      ok: false,
      issues: [{ path: '/seq' }],
    })
  })

  it('shortens the names of its own messages in frames, and gives them back whole', () => {
    for (const [type, t] of [
      ['com.example.call#tick', '#tick'],
      ['com.example.other#tock', 'com.example.other#tock'],
    ] as const) {
      expect(method.frameType(type)).toBe(t)
      expect(method.messageType(t)).toBe(type)
    }
  })
})

describe('a described record type', () => {
  const record = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } }
  const type = defineMethod({ type: 'record', key: 'literal:self', record }, {}, 'com.example.thing').recordType(
    'com.example.thing',
  )!

  it('asks for its own name in $type', () => {
    expect(type.is({ $type: 'com.example.thing', a: 1 })).toBe(true)
    expect(type.validate({ a: 1 })).toMatchObject({ ok: false, issues: [{ path: '/$type', code: 'record-type' }] })
    expect(type.validate({ $type: 'com.example.thing#main', a: 1 }).ok).toBe(false)
    expect(type.validate({ $type: 'com.example.other' }, { maxIssues: 9 })).toMatchObject({
      issues: [{ path: '/$type' }, { path: '/a' }],
    })
    expect(type.validate('text')).toMatchObject({ ok: false, issues: [{ path: '', code: 'type' }] })
  })

  it('says which record keys its records have', () => {
    expect(type.key).toBe('literal:self')
    expect(type.takesKey(parseRecordKey('self'))).toBe(true)
    expect(type.takesKey(parseRecordKey('other'))).toBe(false)
  })
})

describe('a set of documents', () => {
  const lexicons = defineMethod({ type: 'query' })

  it('knows what it holds', () => {
    expect(lexicons.has('com.example.call')).toBe(true)
    expect(lexicons.get('com.example.call')).toMatchObject({ id: 'com.example.call' })
    expect(lexicons.nsids()).toEqual(['com.example.call'])
    expect(lexicons.size).toBe(1)
    expect(lexicons.recordType('com.example.call')).toBeUndefined()
    expect(lexicons.method('com.example.other')).toBeUndefined()
  })

  it('refuses to judge by what it does not hold', () => {
    const refusal = { ok: false, issues: [{ path: '', code: 'unknown-schema' }] }
    expect(lexicons.validateRecord('com.example.other', {})).toMatchObject(refusal)
    expect(lexicons.validate('com.example.call#nothing', {})).toMatchObject(refusal)
    expect(lexicons.validate('com.example.call', {})).toMatchObject(refusal)
    expect(lexicons.validateInput('com.example.call', {})).toMatchObject(refusal)
    expect(lexicons.validateOutput('com.example.call', {})).toMatchObject(refusal)
    expect(lexicons.validateMessage('com.example.call', {})).toMatchObject(refusal)
    expect(lexicons.validateParams('com.example.other', {})).toMatchObject(refusal)
  })

  it('does not take two documents of one name', () => {
    const twice = parseLexicon({ lexicon: 1, id: 'com.example.call', defs: { main: { type: 'token' } } })
    expect(() => createLexicons([twice, twice])).toThrow('two documents')
  })
})

describe('a document in generated code', () => {
  it('is not even parsed before it is used', () => {
    let asked = 0
    const broken = define('com.example.broken', 'not JSON', () => {
      asked++
      return []
    })
    const method = query(broken)
    expect(method).toMatchObject({ kind: 'query', nsid: 'com.example.broken' })
    expect(asked).toBe(0)
    expect(() => method.errors).toThrow(SyntaxError)
  })

  it('is compiled with the parts that it names, and says when one is missing', () => {
    const text = '{"type":"record","key":"any","record":{"type":"object","properties":{"x":{"type":"integer"}}}}'
    const complete = recordType(define('com.example.thing', text, () => [recordKind, objectKind, integerKind]))
    expect(complete.validate({ $type: 'com.example.thing', x: '' })).toMatchObject({ issues: [{ path: '/x' }] })
    const incomplete = recordType(define('com.example.thing', text, () => [recordKind, objectKind]))
    expect(() => incomplete.validate({ $type: 'com.example.thing' })).toThrow('generated without integer')
  })

  it('finds only the documents that it says it refers to', () => {
    const other = document('com.example.other', '{"x":{"type":"integer"}}')
    const own =
      '{"main":{"type":"record","key":"any","record":{"type":"object","properties":{"x":{"type":"ref","ref":"com.example.other#x"}}}}}'
    const value = { $type: 'com.example.thing', x: 'text' }
    expect(recordType(document('com.example.thing', own, () => [other])).validate(value)).toMatchObject({
      issues: [{ path: '/x', code: 'type' }],
    })
    expect(recordType(document('com.example.thing', own)).validate(value)).toMatchObject({
      issues: [{ path: '/x', code: 'unknown-schema' }],
    })
  })
})
