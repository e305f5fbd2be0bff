import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecordKey, isRecordKeyKind, matchesRecordKeyKind, type RecordKeyKind } from './record-key.ts'

describe('record-key kinds', () => {
  it.each<[RecordKeyKind, string, boolean]>([
    ['tid', '3jzfcijpj2z2a', true],
    ['tid', 'self', false],
    ['nsid', 'app.bsky.feed.post', true],
    ['nsid', 'app.bsky', false],
    ['nsid', 'app.bsky.feed.getPosts', true],
    ['nsid', 'App.bsky.feed.post', false],
    ['any', 'self', true],
    ['any', '3jzfcijpj2z2a', true],
    ['any', '..', false],
    ['any', 'a/b', false],
    ['literal:self', 'self', true],
    ['literal:self', 'Self', false],
    ['literal:self', 'literal:self', false],
    ['literal:', '', false],
    ['literal:..', '..', false],
  ])('%s takes %s: %s', (kind, rkey, matches) => {
    expect(matchesRecordKeyKind(kind, rkey)).toBe(matches)
  })

  it('lets through no key that is not a record key, whatever the kind', () => {
    const kinds = fc.constantFrom<RecordKeyKind>('tid', 'nsid', 'any', 'literal:self', 'literal:a/b')
    fc.assert(
      fc.property(kinds, fc.string(), (kind, rkey) => {
        if (matchesRecordKeyKind(kind, rkey)) expect(isRecordKey(rkey)).toBe(true)
      }),
    )
  })

  it('knows what a lexicon may say', () => {
    const known = ['tid', 'nsid', 'any', 'literal:self']
    const unknown = ['', 'TID', 'literal', 'literal:', 'literal:.', 'literal:a b', 'self', undefined, 1]
    expect([...known, ...unknown].filter(isRecordKeyKind)).toEqual(known)
  })
})
