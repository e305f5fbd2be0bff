import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { commonPrefixLength, formatPath, isTreeKey, splitPath } from './path.ts'

describe('tree keys', () => {
  it.each(['coll/record', 'com.example/record', 'coll/~:_-.', 'a/a', `coll/${'a'.repeat(1019)}`])('take %s', (key) => {
    expect(isTreeKey(key)).toBe(true)
  })

  it.each([
    '',
    'asdf',
    'nested/coll/asdf',
    'coll/',
    '/rkey',
    'coll/jalapeñoA',
    'coll/coöperative',
    'coll/abc💩',
    'coll/key$',
    'coll/key%',
    'coll/key(',
    'coll/key)',
    'coll/key+',
    'coll/key=',
    'coll/@handle',
    'coll/any space',
    'coll/any+space',
    'coll/number[3]',
    'coll/number(3)',
    'coll/dHJ1ZQ==',
    'coll/"quote"',
    'coll/new\n',
    'coll/null\0',
    `coll/${'a'.repeat(1020)}`,
  ])('refuse %j', (key) => {
    expect(isTreeKey(key)).toBe(false)
  })
})

describe('paths', () => {
  it('join a collection and a record key, and are split again', () => {
    const record = { collection: parseNsid('app.bsky.feed.post'), rkey: parseRecordKey('3k2yihcrp6f2c') }
    expect(splitPath(formatPath(record.collection, record.rkey))).toEqual(record)
  })

  it('may have a name of any case', () => {
    expect(splitPath('com.example.aNote/a')).toEqual({ collection: 'com.example.aNote', rkey: 'a' })
  })

  it.each([
    '',
    'app.bsky.feed.post',
    'app.bsky.feed.post/',
    'post/3k2yihcrp6f2c',
    'app.bsky.feed.post/..',
    'app.bsky.feed.post/a/b',
    'App.bsky.feed.post/3k2yihcrp6f2c',
    'com.Example.note/3k2yihcrp6f2c',
  ])('are not %j', (path) => {
    expect(splitPath(path)).toBeUndefined()
  })
})

describe('commonPrefixLength', () => {
  it.each(vectorSources())('agrees with the $name vectors', (source) => {
    const vectors = source.json('mst/common_prefix.json') as { left: string; right: string; len: number }[]
    expect(vectors.length).toBeGreaterThanOrEqual(13)
    expect(vectors.map(({ left, right }) => commonPrefixLength(left, right))).toEqual(vectors.map(({ len }) => len))
  })
})
