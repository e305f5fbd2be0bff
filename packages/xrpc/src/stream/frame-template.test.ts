import { encodeCbor, type ValueMap } from '@atoll/data-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameTemplate } from './frame-template.ts'
import { decodeFrame, encodeMessageFrame } from './frames.ts'

function numberedFrame(body: ValueMap, seq: number): Uint8Array {
  const { bytes, seqOffset } = frameTemplate('#x', body)
  return Buffer.concat([bytes.subarray(0, seqOffset), encodeCbor(seq), bytes.subarray(seqOffset + 1)])
}

describe('frameTemplate', () => {
  it('has its place in the order of the keys, whatever they are', () => {
    const keys = fc.string({ minLength: 1, maxLength: 6 }).filter((key) => key !== 'seq' && key !== '__proto__')
    const bodies = fc.dictionary(keys, fc.nat(), { maxKeys: 40, noNullPrototype: true })
    fc.assert(
      fc.property(bodies, fc.nat(), (body: ValueMap, seq) => {
        expect(decodeFrame(numberedFrame(body, seq))).toEqual({ op: 1, type: '#x', body: { ...body, seq } })
      }),
    )
  })

  it('has room for any number of fields', () => {
    for (const count of [22, 23, 24, 254, 255, 256, 300]) {
      const body = Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, index]))
      expect(numberedFrame(body, 7)).toEqual(Buffer.from(encodeMessageFrame('#x', { ...body, seq: 7 })))
    }
  })
})
