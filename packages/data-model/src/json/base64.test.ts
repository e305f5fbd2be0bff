import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBase64, parseBase64 } from './base64.ts'

describe('base64', () => {
  it('writes what Node writes, without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const padded = Buffer.from(bytes).toString('base64')
        expect(formatBase64(bytes)).toBe(padded.replace(/=+$/, ''))
        expect(parseBase64(padded)).toEqual(bytes)
        expect(parseBase64(formatBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  it('drops the bits after the last whole byte, as Node does, and writes them as zero', () => {
    for (const text of ['123', 'Zh', 'Zm9=', 'Zh==', 'Zm9vZ/']) {
      const bytes = parseBase64(text)!
      expect(bytes).toEqual(Uint8Array.from(Buffer.from(text, 'base64')))
      expect(parseBase64(formatBase64(bytes))).toEqual(bytes)
    }
    expect(formatBase64(parseBase64('123')!)).toBe('120')
  })

  it.each([
    ['a digit too few', 'Zg==Z'],
    ['one digit', 'Z'],
    ['five digits', 'Zm9vY'],
    ['too little padding', 'Zg='],
    ['too much padding', 'Zg==='],
    ['padding where none is due', 'Zm9v='],
    ['padding alone', '='],
    ['padding alone, four times', '===='],
    ['padding in the middle', 'Zg==Zm9v'],
    ['the URL alphabet', '-_-_'],
    ['white space', 'Zm9v Zm9v'],
    ['a line break at the end', 'Zm9v\n'],
    ['letters beyond ASCII', 'Zm9é'],
  ])('refuses %s', (_, text) => {
    expect(parseBase64(text)).toBeUndefined()
  })
})
