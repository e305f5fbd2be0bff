import { describe, expect, it } from 'vitest'
import { hasFailed, plainSide, resultOf } from './result.ts'
import { median, quantile } from './statistics.ts'

describe('figures', () => {
  it('have the mean of the middle two as median if their number is even', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
  })

  it('have quantiles within their range', () => {
    expect([quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 1), quantile([], 0.5)]).toEqual([3, 4, undefined])
  })
})

describe('a ratio', () => {
  const side = (...values: number[]) => ({ ...plainSide(median(values)), values })

  it('is the median of the ratios of each round, and above 1 when Atoll is better', () => {
    const described = { id: 'x', title: 'x', unit: 'req/s' }
    const { ratio } = resultOf(described, { atoll: side(10, 40, 30), reference: side(10, 10, 10) })
    expect(ratio).toEqual({ median: 3, low: 1, high: 4 })
    const less = resultOf({ ...described, lessIsBetter: true }, { atoll: side(2), reference: side(6) })
    expect(less.ratio?.median).toBe(3)
  })

  it('below its floor is missed; with faults it has failed', () => {
    const described = { id: 'a.createAccount', title: 'x', unit: 'req/s' }
    expect(resultOf(described, { atoll: side(3), reference: side(1) }).verdict).toBe('ok')
    expect(resultOf(described, { atoll: side(1), reference: side(1) }).verdict).toBe('missed')
    const wrong = { ...side(3), faults: ['an event is missing'] }
    expect(resultOf(described, { atoll: wrong, reference: side(1) }).verdict).toBe('failed')
  })

  it('tolerates one error in a thousand requests', () => {
    const withErrors = (errors: number) => ({ ...side(1), requests: 1000, errors: { refused: errors } })
    expect([hasFailed(withErrors(1)), hasFailed(withErrors(2))]).toEqual([false, true])
  })
})
