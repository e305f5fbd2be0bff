import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64Url, encodeBase64Url } from './base64url.ts'

it('is written as Node writes it, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64Url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(decodeBase64Url(text)).toEqual(bytes)
    }),
  )
})

it('is read in one spelling alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZ09-_=+/ é') }), (text) => {
      const bytes = decodeBase64Url(text)
      if (bytes) expect(encodeBase64Url(bytes)).toBe(text)
    }),
  )
})
