import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { publishedDocuments } from '../../test/samples.ts'
import { parseLexicon } from '../parse/parse.ts'
import { lintLexicon } from './lint.ts'

const define = (defs: object) => parseLexicon({ lexicon: 1, id: 'com.example.thing', defs })
const lint = (defs: object) => lintLexicon(define(defs)).map(({ path, message }) => `${path} ${message}`)
const lintField = (field: object) =>
  lint({ it: { type: 'object', properties: { x: field } } }).map((issue) => issue.replace('/defs/it/properties/x', '…'))

describe('lintLexicon', () => {
  it('finds nothing to say of the documents of this repository, with all references followed', () => {
    const documents = new Map(
      publishedDocuments()
        .map(parseLexicon)
        .map((document) => [document.id as string, document]),
    )
    const find = (nsid: string) => documents.get(nsid)
    const issues = Array.from(documents.values(), (document) =>
      lintLexicon(document, { find }).map(({ path, message }) => `${document.id} ${path} ${message}`),
    )
    expect(issues.flat()).toEqual([])
  })

  it.each(vectorSources())('finds what the $name catalog does against the specification', (source) => {
    const documents = ['permission-set', 'procedure', 'query', 'record', 'subscription']
    const issues = documents.flatMap((name) => lintLexicon(parseLexicon(source.json(`lexicon/catalog/${name}.json`))))
    const known = { own: [], published: ['/defs/main/permissions/4/lxm'] }
    expect(issues.map(({ path }) => path)).toEqual(known[source.name])
  })

  const [own] = vectorSources()
  const doubtful = own!.json('lexicon/lexicon-doubtful.json') as { name: string; lexicon: unknown; path: string }[]

  it.each(doubtful)('reports where something is wrong with $name', ({ lexicon, path }) => {
    expect(lintLexicon(parseLexicon(lexicon)).map((issue) => issue.path)).toContain(path)
  })

  it('reports a name that is not normalized', () => {
    const document = parseLexicon({ lexicon: 1, id: 'com.Example.someThing', defs: { it: { type: 'token' } } })
    expect(lintLexicon(document)).toEqual([
      { path: '/id', message: 'is written com.example.someThing: a domain is in lower case', code: 'document' },
    ])
  })

  it.each([
    ['a field that no such schema has', { type: 'string', maxLenght: 3 }, '…/maxLenght is not a known field'],
    ['a field of another type', { type: 'integer', maxLength: 3 }, '…/maxLength is not a known field'],
    ['limits that exclude each other', { type: 'integer', minimum: 3, maximum: 2 }, '…/minimum is over maximum'],
    [
      'graphemes that cannot fit',
      { type: 'string', minGraphemes: 9, maxLength: 8 },
      '…/minGraphemes is over maxLength',
    ],
    ['a default beyond its limits', { type: 'integer', maximum: 2, default: 3 }, '…/default must not be more than 2'],
    ['a default that is not in the enum', { type: 'string', enum: ['a'], default: 'b' }, '…/default must be one of a'],
    ['a const against its format', { type: 'string', format: 'did', const: 'x' }, '…/const must be a DID'],
    ['a choice beyond its limits', { type: 'integer', minimum: 2, enum: [2, 1] }, '…/enum/1 must not be less than 2'],
    ['an enum without values', { type: 'string', enum: [] }, '…/enum leaves no value'],
    ['a choice given twice', { type: 'string', enum: ['a', 'a'] }, '…/enum says something twice'],
    [
      'a token named from within',
      { type: 'string', knownValues: ['#a'] },
      '…/knownValues/0 must name its document: a token is data, not a reference',
    ],
    ['an object without properties', { type: 'object' }, '…/properties is missing'],
    [
      'what is required but no property',
      { type: 'object', properties: {}, required: ['a'] },
      '…/required names a, which is no property',
    ],
    [
      'what is nullable but no property',
      { type: 'object', properties: {}, nullable: ['a'] },
      '…/nullable names a, which is no property',
    ],
    ['a reference to nothing', { type: 'ref', ref: '#other' }, '…/ref leads to nothing'],
  ])('points out %s', (_, field, issue) => {
    expect(lintField(field)).toEqual([issue])
  })

  it('points out references to what holds no data, and members of unions that are no objects', () => {
    const it = {
      type: 'object',
      properties: { a: { type: 'ref', ref: '#mark' }, b: { type: 'union', refs: ['#it', '#name'] } },
    }
    expect(lint({ it, mark: { type: 'token' }, name: { type: 'string' } })).toEqual([
      '/defs/it/properties/a/ref leads to a token',
      '/defs/it/properties/b/refs/1 leads to a string',
    ])
  })

  it('follows references to other documents when it is told how', () => {
    const document = define({ it: { type: 'array', items: { type: 'ref', ref: 'com.example.other#x' } } })
    const other = parseLexicon({ lexicon: 1, id: 'com.example.other', defs: { y: { type: 'token' } } })
    expect(lintLexicon(document)).toEqual([])
    expect(lintLexicon(document, { find: () => undefined })[0]?.message).toBe(
      'leads to com.example.other, which is not known',
    )
    expect(lintLexicon(document, { find: () => other })[0]?.message).toBe('leads to nothing')
  })

  it('is not led astray by fields that mean something elsewhere', () => {
    const stray = { refs: {}, errors: 5, input: null, enum: 'x', nullable: 1, items: { type: 'ref' }, knownValues: 1 }
    const unknown = Object.keys(stray).map((name) => `…/${name} is not a known field`)
    expect(lintField({ type: 'boolean', ...stray })).toEqual(unknown)
    expect(lint({ main: { type: 'query', message: 1, input: { schema: 5 } } })).toEqual([
      '/defs/main/message is not a known field',
      '/defs/main/input is not a known field',
    ])
  })

  it('looks into methods', () => {
    const schema = { type: 'object', properties: { a: { type: 'ref', ref: '#no' } } }
    const main = {
      type: 'procedure',
      parameters: { type: 'params', properties: { a: { type: 'integer', minimum: 2, maximum: 1 } }, required: ['b'] },
      input: { encoding: 'application/json', schema, extra: 1 },
      output: { encoding: 'application/json', schema },
      errors: [{ name: 'A' }, { name: 'A' }],
    }
    expect(lint({ main })).toEqual([
      '/defs/main/input/extra is not a known field',
      '/defs/main/errors says something twice',
      '/defs/main/parameters/required names b, which is no property',
      '/defs/main/parameters/properties/a/minimum is over maximum',
      '/defs/main/input/schema/properties/a/ref leads to nothing',
      '/defs/main/output/schema/properties/a/ref leads to nothing',
    ])
  })

  it('points out what a permission set cannot grant', () => {
    const permission = (resource: string, fields: object) => ({ type: 'permission', resource, ...fields })
    const main = {
      type: 'permission-set',
      'title:lang': { '?': 'x' },
      permissions: [
        permission('repo', { collection: ['com.example.thing'], action: ['create'] }),
        permission('repo', { collection: [], action: ['read'] }),
        permission('repo', { collection: ['*'], extra: 1 }),
        permission('rpc', { lxm: ['com.example.call'], aud: '*' }),
        permission('rpc', { lxm: ['*'], aud: 'did:web:example.com#service' }),
        permission('rpc', { lxm: ['com.example.call'] }),
        permission('blob', { accept: ['*/*'] }),
      ],
    }
    expect(lint({ main })).toEqual([
      '/defs/main/title:lang/? is not a language tag',
      '/defs/main/permissions/1/collection must be a list of NSIDs, without repetition',
      '/defs/main/permissions/1/action must be a list without repetition of create, update, delete',
      '/defs/main/permissions/2/collection must be a list of NSIDs, without repetition',
      '/defs/main/permissions/2/extra is not a known field',
      '/defs/main/permissions/4/lxm must name methods; * is for scopes alone',
      '/defs/main/permissions/4/aud must be *: a set cannot name a service',
      '/defs/main/permissions/5/aud is missing, and inheritAud is not set',
      '/defs/main/permissions/6/resource is not a resource that a permission set can grant',
    ])
  })
})
