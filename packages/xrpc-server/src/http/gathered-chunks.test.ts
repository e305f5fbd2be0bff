import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatheredChunks } from './gathered-chunks.ts'

function gathered(chunks: readonly Uint8Array[]): GatheredChunks {
  const gatherer = new GatheredChunks()
  for (const chunk of chunks) gatherer.add(chunk)
  return gatherer
}

describe('gathered chunks', () => {
  it('are joined in their order, whatever their sizes', () => {
    const chunk = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 1000, maxLength: 20_000 }))
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 60 }), (chunks) => {
        const all = gathered(chunks)
        expect(all.length).toBe(chunks.reduce((sum, { length }) => sum + length, 0))
        expect(Buffer.compare(all.join(), Buffer.concat(chunks))).toBe(0)
      }),
    )
  })

  it('that come in one piece are not copied', () => {
    const chunk = new Uint8Array(10)
    expect(gathered([chunk]).join()).toBe(chunk)
  })

  it('of one byte each are not kept', () => {
    const chunks = Array.from({ length: 3 }, () => new Uint8Array(1))
    const all = gathered(chunks)
    // The first may be the whole body, so it alone is kept as it came.
    for (const chunk of chunks.slice(1)) chunk[0] = 7
    expect([...all.join()]).toEqual([0, 0, 0])
  })
})
