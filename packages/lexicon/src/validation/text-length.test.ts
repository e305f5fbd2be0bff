import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasAtLeastBytes, hasAtLeastGraphemes, hasAtMostBytes, hasAtMostGraphemes, utf8Length } from './text-length.ts'

const segmenter = new Intl.Segmenter()
const graphemes = (text: string) => [...segmenter.segment(text)].length
const bytes = (text: string) => new TextEncoder().encode(text).length

// Letters, marks, joiners, flags, jamo, controls and lone surrogates, thrown together.
const parts = [
  'a',
  'é',
  'e\u0301',
  '\u0301',
  '\u200d',
  '\u200c',
  '👩',
  '👦🏽',
  '\u{1f3fd}',
  '🏳️',
  '🇩',
  '🇪',
  '\ufe0f',
  '\r',
  '\n',
  '\r\n',
]
const rarer = [
  'ᄀ',
  'ᅡ',
  'ᆨ',
  'क',
  '्',
  'ा',
  '\u0600',
  '\u102b',
  '\u{e0061}',
  '\ud83d',
  '\udc69',
  '\u0000',
  '\u2028',
  '\u00ad',
  'ก',
  'ำ',
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...parts, ...rarer), { maxLength: 40 }).map((chosen) => chosen.join('')),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
)

describe('lengths of text', () => {
  it('in bytes are those of UTF-8', () => {
    fc.assert(fc.property(text, (text) => utf8Length(text) === bytes(text)))
  })

  it('are bounded in bytes as if the bytes were counted', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (text, limit) => {
        expect(hasAtMostBytes(text, limit)).toBe(bytes(text) <= limit)
        expect(hasAtLeastBytes(text, limit)).toBe(bytes(text) >= limit)
      }),
    )
  })

  it('are bounded in graphemes as if the graphemes were counted', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (text, limit) => {
        expect(hasAtMostGraphemes(text, limit)).toBe(graphemes(text) <= limit)
        expect(hasAtLeastGraphemes(text, limit)).toBe(graphemes(text) >= limit)
      }),
      { numRuns: 1000 },
    )
  })
})
