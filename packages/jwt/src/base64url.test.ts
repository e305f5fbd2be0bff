import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Url, encodeBase64Url, nodeBase64Url, portableBase64Url } from './base64url.ts'

describe.each([
  ['in Node', nodeBase64Url()!],
  ['in other runtimes', portableBase64Url],
])('%s', (_, base64url) => {
  it('bytes come back as they were, from the spelling of RFC 4648', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = base64url.encode(bytes)
        const standard = Buffer.from(bytes).toString('base64').replaceAll('=', '')
        expect(text).toBe(standard.replaceAll('+', '-').replaceAll('/', '_'))
        expect(new Uint8Array(base64url.decode(text))).toEqual(bytes)
        expect(new Uint8Array(decodeBase64Url(text)!)).toEqual(bytes)
      }),
    )
  })
})

it('is read in one spelling alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZ09-_=+/ é\n') }), (text) => {
      const bytes = decodeBase64Url(text)
      if (bytes) expect(encodeBase64Url(bytes)).toBe(text)
    }),
  )
  for (const text of ['A', 'AB', 'AAB', 'AAAAA', 'AA==', 'A+', 'A/', 'AA\n']) {
    expect(decodeBase64Url(text), text).toBeUndefined()
  }
})
