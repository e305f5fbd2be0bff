import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Progress } from './progress.ts'

describe('Progress', () => {
  it('is the highest number up to which all that arrived is done, in whatever order that happens', () => {
    const arrivals = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(arrivals, fc.infiniteStream(fc.nat()), (numbers, choices) => {
        const seqs = numbers.toSorted((a, b) => a - b)
        const progress = new Progress(undefined, 0)
        const open = seqs.map((seq) => ({ seq, done: progress.begin(seq) }))
        while (open.length > 0) {
          const [{ done } = { done: () => {} }] = open.splice(choices.next().value % open.length, 1)
          done()
          const oldest = Math.min(...open.map(({ seq }) => seq))
          const expected = seqs.filter((seq) => seq < oldest).at(-1)
          expect(progress.done).toBe(expected)
        }
      }),
    )
  })

  it('asks for what comes after the highest number that arrived', () => {
    const progress = new Progress(7, 0)
    expect(progress.cursor).toBe(7)
    progress.begin(12)
    expect(progress.cursor).toBe(12)
    expect(progress.done).toBe(7)
  })

  it('asks for nothing in particular before the first event', () => {
    const progress = new Progress(undefined, 10)
    expect([progress.cursor, progress.done, progress.has(1)]).toEqual([undefined, undefined, false])
  })

  it('goes back by the overlap, and knows what arrived within it', () => {
    const progress = new Progress(undefined, 10)
    for (const seq of [100, 101, 105, 108]) progress.begin(seq)()
    expect(progress.cursor).toBe(98)
    const known = [97, 98, 99, 100, 101, 102, 105, 107, 108, 109].filter((seq) => progress.has(seq))
    expect(known).toEqual([97, 98, 100, 101, 105, 108])
    progress.begin(107)()
    expect([progress.has(107), progress.done]).toEqual([true, 108])
  })

  it('does not know what an earlier run saw within the overlap', () => {
    const progress = new Progress(100, 10)
    expect([progress.has(90), progress.has(91), progress.has(100)]).toEqual([true, false, false])
  })
})
