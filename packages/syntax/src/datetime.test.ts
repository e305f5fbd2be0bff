import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDatetime, isDatetime } from './datetime.ts'
import { InvalidDatetimeError } from './errors.ts'

const inRange = { min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z') }
const pad = (value: number) => String(value).padStart(2, '0')

describe('datetimes', () => {
  it('knows how many days each month has', () => {
    for (const year of [1900, 1999, 2000, 2023, 2024, 2100, 2400]) {
      for (let month = 1; month <= 12; month++) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
        for (let day = 0; day <= 32; day++) {
          expect(isDatetime(`${year}-${pad(month)}-${pad(day)}T12:00:00Z`)).toBe(day >= 1 && day <= days)
        }
      }
    }
  })

  it.each([
    ['a day that February lacks', '2024-02-30T00:00:00Z'],
    ['29 February of a common year', '2023-02-29T00:00:00Z'],
    ['29 February of a century', '1900-02-29T00:00:00Z'],
    ['month 0', '2024-00-01T00:00:00Z'],
    ['month 13', '2024-13-01T00:00:00Z'],
    ['the hour 24', '2024-01-01T24:00:00Z'],
    ['a leap second, which HTML does not know', '2016-12-31T23:59:60Z'],
    ['an unknown zone', '2024-01-01T00:00:00-00:00'],
    ['a zone of 24 hours', '2024-01-01T00:00:00+24:00'],
    ['a zone with 60 minutes', '2024-01-01T00:00:00+00:60'],
    ['two zones', '2024-01-01T00:00:00ZZ'],
    ['a fraction without digits', '2024-01-01T00:00:00.Z'],
    ['a comma before the fraction', '2024-01-01T00:00:00,5Z'],
    ['a year below zero by its zone', '0000-01-01T00:59:59+01:00'],
    ['a year of five digits by its zone', '9999-12-31T23:00:00-01:00'],
    ['digits of another script', '٢٠٢٤-01-01T00:00:00Z'],
    ['more than 64 characters', `2024-01-01T00:00:00.${'0'.repeat(44)}Z`],
  ])('refuses %s', (_, text) => {
    expect(isDatetime(text)).toBe(false)
  })

  it.each([
    ['29 February of a leap year', '2024-02-29T23:59:59Z'],
    ['the year zero', '0000-01-01T00:00:00Z'],
    ['the year zero, kept there by its zone', '0000-01-01T01:00:00+01:00'],
    ['the year zero, west of Greenwich', '0000-01-01T00:00:00-01:00'],
    ['the end of the year 9999', '9999-12-31T23:59:59.999Z'],
    ['the end of the year 9999, east of Greenwich', '9999-12-31T23:59:59+23:59'],
    ['half an hour of zone', '2024-01-01T00:00:00-00:30'],
    ['64 characters', `2024-01-01T00:00:00.${'0'.repeat(43)}Z`],
  ])('accepts %s', (_, text) => {
    expect(isDatetime(text)).toBe(true)
  })

  it('writes any moment of its range in the preferred form', () => {
    fc.assert(
      fc.property(fc.date({ ...inRange, noInvalidDate: true }), (date) => {
        const text = formatDatetime(date)
        expect(isDatetime(text)).toBe(true)
        expect(Date.parse(text)).toBe(date.getTime())
      }),
    )
  })

  it('refuses to write a moment outside the years 0000 to 9999, and no moment', () => {
    for (const time of [inRange.min.getTime() - 1, inRange.max.getTime() + 1, Number.NaN]) {
      expect(() => formatDatetime(new Date(time))).toThrow(InvalidDatetimeError)
    }
  })
})
