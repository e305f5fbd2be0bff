import { describe, expect, it } from 'vitest'
import { isNsid, nsidAuthority, nsidName, parseNsid } from './nsid.ts'

describe('NSIDs', () => {
  it('name the domain that controls them, in DNS order', () => {
    expect(nsidAuthority(parseNsid('app.bsky.feed.post'))).toBe('feed.bsky.app')
    expect(nsidAuthority(parseNsid('a.B.c'))).toBe('b.a')
  })

  it('keep the letter case of the name', () => {
    expect(nsidName(parseNsid('com.atproto.repo.createRecord'))).toBe('createRecord')
  })

  it('are neither patterns nor references into a document', () => {
    expect(['com.atproto.repo.*', '*', 'com.atproto.repo.defs#main'].filter(isNsid)).toEqual([])
  })
})
