import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, defaultBackoff } from './backoff.ts'

describe('backoffMs', () => {
  it('doubles up to its maximum', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => backoffMs(failures, () => 1, defaultBackoff))
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it('is spread over the second half, and never above the maximum', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const whole = backoffMs(failures, () => 1, defaultBackoff)
        const wait = backoffMs(failures, () => random, defaultBackoff)
        expect(wait).toBeGreaterThanOrEqual(whole / 2)
        expect(wait).toBeLessThanOrEqual(30_000)
      }),
    )
  })
})
