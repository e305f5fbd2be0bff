import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Url, decodeCanonical, encodeBase64Url, nodeBase64Url, portableBase64Url } from './base64url.ts'

describe.each([
  ['in Node', nodeBase64Url()!],
  ['in other runtimes', portableBase64Url],
])('base64url %s', (_, base64url) => {
  it('is spelled as in RFC 4648, and decodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = base64url.encode(bytes)
        const standard = Buffer.from(bytes).toString('base64').replaceAll('=', '')
        expect(text).toBe(standard.replaceAll('+', '-').replaceAll('/', '_'))
        expect(new Uint8Array(base64url.decode(text)!)).toEqual(bytes)
        expect(new Uint8Array(decodeCanonical(base64url, text)!)).toEqual(bytes)
        expect(new Uint8Array(decodeBase64Url(text)!)).toEqual(bytes)
      }),
    )
  })

  it('is decoded from one spelling only', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZ09-_=+/ é\n') }), (text) => {
        const bytes = decodeCanonical(base64url, text)
        if (bytes) expect(encodeBase64Url(bytes)).toBe(text)
        expect(decodeBase64Url(text)?.length).toBe(bytes?.length)
      }),
    )
    for (const text of ['A', 'AB', 'AAB', 'AAAAA', 'AA==', 'A+', 'A/', 'AA\n']) {
      expect(decodeCanonical(base64url, text), text).toBeUndefined()
      expect(decodeBase64Url(text), text).toBeUndefined()
    }
  })
})
