import { describe, expect, it } from 'vitest'
import { InvalidNsidError } from './errors.ts'
import { isNormalizedNsid, isNsid, normalizeNsid, nsidAuthority, nsidName, parseNsid } from './nsid.ts'

describe('NSIDs', () => {
  it('name the domain that controls them, in DNS order', () => {
    expect(nsidAuthority(parseNsid('app.bsky.feed.post'))).toBe('feed.bsky.app')
    expect(nsidAuthority(parseNsid('a.B.c'))).toBe('b.a')
  })

  it('keep the letter case of the name', () => {
    expect(nsidName(parseNsid('com.atproto.repo.createRecord'))).toBe('createRecord')
  })

  it.each([
    ['App.Bsky.feed.post', 'app.bsky.feed.post'],
    ['com.exAmple.fooBar', 'com.example.fooBar'],
    ['A.b.c', 'a.b.c'],
    ['a.B-0.C', 'a.b-0.C'],
  ])('have a normalized form, with the domain in lower case: %s', (text, normalized) => {
    expect(isNsid(text)).toBe(true)
    expect(isNormalizedNsid(text)).toBe(false)
    expect(normalizeNsid(text)).toBe(normalized)
  })

  it.each(['app.bsky.feed.post', 'com.atproto.repo.createRecord', 'a.b.C', 'a.b.FOO'])(
    'are unchanged when they are normalized already: %s',
    (text) => {
      expect(isNormalizedNsid(text)).toBe(true)
      expect(normalizeNsid(text)).toBe(text)
    },
  )

  it('are normalized only where they are NSIDs', () => {
    expect(['com.example', 'COM.EXAMPLE', 'com.example.3', '', 5, undefined].filter(isNormalizedNsid)).toEqual([])
    expect(() => normalizeNsid('COM.EXAMPLE')).toThrow(InvalidNsidError)
  })

  it('are neither patterns nor references into a document', () => {
    expect(['com.atproto.repo.*', '*', 'com.atproto.repo.defs#main'].filter(isNsid)).toEqual([])
  })
})
