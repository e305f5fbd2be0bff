import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTid, isTid, parseTid, tidClockId, tidMicroseconds } from './tid.ts'

const microseconds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const clockId = fc.integer({ min: 0, max: 1023 })

describe('TIDs', () => {
  it('gives back the time and the clock that went in', () => {
    fc.assert(
      fc.property(microseconds, clockId, (time, clock) => {
        const tid = formatTid(time, clock)
        expect(isTid(tid)).toBe(true)
        expect([tidMicroseconds(tid), tidClockId(tid)]).toEqual([time, clock])
      }),
    )
  })

  it('sorts as text by time, then by clock', () => {
    fc.assert(
      fc.property(microseconds, clockId, microseconds, clockId, (time, clock, otherTime, otherClock) => {
        const isBefore = time < otherTime || (time === otherTime && clock < otherClock)
        expect(formatTid(time, clock) < formatTid(otherTime, otherClock)).toBe(isBefore)
      }),
    )
  })

  it('is a 64-bit number in base 32, time before clock', () => {
    const digits = '234567abcdefghijklmnopqrstuvwxyz'
    const numberOf = (tid: string) => [...tid].reduce((sum, digit) => sum * 32n + BigInt(digits.indexOf(digit)), 0n)
    fc.assert(
      fc.property(microseconds, clockId, (time, clock) => {
        expect(numberOf(formatTid(time, clock))).toBe(BigInt(time) * 1024n + BigInt(clock))
      }),
    )
    expect(formatTid(0, 0)).toBe('2222222222222')
    expect(formatTid(1_700_000_000_000_000, 7)).toBe('3ke6kg3wk222b')
    expect(tidMicroseconds(parseTid('3jzfcijpj2z2a'))).toBe(1_688_137_381_887_007)
  })

  it('refuses times and clock ids that have no place in 53 and 10 bits', () => {
    for (const time of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => formatTid(time, 0)).toThrow(RangeError)
    }
    for (const clock of [-1, 1.5, 1024, Number.NaN]) expect(() => formatTid(0, clock)).toThrow(RangeError)
  })
})
