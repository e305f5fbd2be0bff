import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBase32, parseBase32 } from './base32.ts'

const ascii = (text: string) => new TextEncoder().encode(text)

describe('base32', () => {
  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('writes and reads the example of RFC 4648: %j', (text, encoded) => {
    expect(formatBase32(ascii(text))).toBe(encoded)
    expect(parseBase32(encoded)).toEqual(ascii(text))
  })

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(parseBase32(formatBase32(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each(['MY', 'my======', 'm1', 'm', 'mz', 'mzx', 'mzxw6yt', 'mzxw6é', 'my\u0000\u0000', '語'])(
    'refuses %j',
    (text) => {
      expect(parseBase32(text)).toBeUndefined()
    },
  )
})
