import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAtUri, isAtUri, parseAtUri, splitAtUri } from './at-uri.ts'
import { parseDid } from './did.ts'
import { InvalidAtUriError } from './errors.ts'
import { parseHandle } from './handle.ts'
import { parseNsid } from './nsid.ts'
import { parseRecordKey } from './record-key.ts'

const authority = fc.constantFrom(
  parseDid('did:plc:7iza6de2dwap2sbkpav7c6c6'),
  parseDid('did:web:localhost%3A1234'),
  parseHandle('alice.example.com'),
  parseHandle('XX.LCS.MIT.EDU'),
)
const collection = fc.constantFrom('app.bsky.feed.post', 'com.example.fooBarV2', 'a-0.b-1.c').map(parseNsid)
const rkey = fc.stringMatching(/^[a-zA-Z0-9_~:-][a-zA-Z0-9_~.:-]{0,20}$/).map(parseRecordKey)
const parts = fc.oneof(
  fc.record({ authority }),
  fc.record({ authority, collection }),
  fc.record({ authority, collection, rkey }),
)

describe('AT-URIs', () => {
  it('gives back the parts that went in', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const uri = formatAtUri(given)
        expect(isAtUri(uri)).toBe(true)
        expect(splitAtUri(uri)).toEqual(given)
      }),
    )
  })

  it('names an account by DID or by handle', () => {
    expect(splitAtUri(parseAtUri('at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a'))).toEqual({
      authority: 'did:plc:abc',
      collection: 'app.bsky.feed.post',
      rkey: '3jzfcijpj2z2a',
    })
    expect(splitAtUri(parseAtUri('at://alice.test'))).toEqual({ authority: 'alice.test' })
  })

  it('refuses a query, a fragment and a trailing slash, which the restricted syntax leaves out', () => {
    const uri = 'at://alice.test/app.bsky.feed.post/self'
    for (const tail of ['?a=b', '#/a', '#', '/', '/more']) expect(isAtUri(uri + tail)).toBe(false)
  })

  it('refuses to write a record key without a collection', () => {
    const key = parseRecordKey('self')
    expect(() => formatAtUri({ authority: parseHandle('alice.test'), rkey: key })).toThrow(InvalidAtUriError)
  })

  it('refuses to split a text that only looks like an AT-URI', () => {
    expect(() => splitAtUri('at://nobody')).toThrow(InvalidAtUriError)
  })

  it('accepts the longest authority, collection and key together', () => {
    const longest = `at://did:plc:${'a'.repeat(2040)}/com.${'a'.repeat(63)}.${'b'.repeat(63)}/${'c'.repeat(512)}`
    expect(isAtUri(longest)).toBe(true)
    expect(isAtUri(`${longest}c`)).toBe(false)
  })
})
