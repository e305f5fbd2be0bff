import fc from 'fast-check'
import { fromString } from 'uint8arrays/from-string'
import { toString as toText } from 'uint8arrays/to-string'
import { expect, it } from 'vitest'
import { decodeBase58, encodeBase58 } from './base58.ts'
import { InvalidKeyError } from './errors.ts'

it('writes and reads what a library does, zeros at the start included', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.uint8Array({ maxLength: 70 }), (zeros, rest) => {
      const bytes = Uint8Array.from([...Array(zeros).fill(0), ...rest])
      const text = toText(bytes, 'base58btc')
      expect(encodeBase58(bytes)).toBe(text)
      expect(decodeBase58(text)).toEqual(bytes)
      expect(decodeBase58(text)).toEqual(fromString(text, 'base58btc'))
    }),
  )
})

it.each(['0', 'O', 'I', 'l', 'a b', 'é', 'abc=', '\u{1f600}'])('refuses %j', (text) => {
  expect(() => decodeBase58(text)).toThrow(InvalidKeyError)
})
