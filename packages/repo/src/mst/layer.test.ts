import { sha256 } from '@atoll/data-model'
import { vectorSources } from '@atoll/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layerOf } from './layer.ts'

function zeroPairs(key: string): number {
  const bits = [...sha256(new TextEncoder().encode(key))].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.indexOf('1') >> 1
}

describe('layerOf', () => {
  describe.each(vectorSources())('by the $name vectors', (source) => {
    it('agrees with the heights', () => {
      const vectors = source.json('mst/key_heights.json') as { key: string; height: number }[]
      expect(vectors.length).toBeGreaterThanOrEqual(9)
      expect(vectors.map(({ key }) => layerOf(key))).toEqual(vectors.map(({ height }) => height))
    })

    it('agrees with the names of the example keys, which state their layer', () => {
      const keys = source.lines('mst/example_keys.txt')
      expect(keys.length).toBeGreaterThanOrEqual(156)
      expect(keys.map(layerOf)).toEqual(keys.map((key) => Number(key.charAt(1))))
    })
  })

  it('counts the leading zero bits of SHA-256 in pairs, whatever the length of the key', () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    })
    fc.assert(
      fc.property(ascii, (key) => layerOf(key) === zeroPairs(key)),
      { numRuns: 2000 },
    )
    for (let length = 0; length < 140; length++) expect(layerOf('k'.repeat(length))).toBe(zeroPairs('k'.repeat(length)))
  })
})
