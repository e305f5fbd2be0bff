import type { Branded } from './brand.ts'
import { InvalidDatetimeError } from './errors.ts'

/** A moment as text, with seconds and a time zone: https://atproto.com/specs/lexicon#datetime */
export type Datetime = Branded<'datetime'>

const minLength = '2000-01-01T00:00:00Z'.length
const maxLength = 64
const dot = 0x2e
const plus = 0x2b
const minus = 0x2d

// Written out by position: this runs for every record of a network, and a pattern plus a Date is
// ten times slower.
/**
 * Whether a value is what RFC 3339, ISO 8601 and HTML all call a date and time, and happened or
 * will happen: neither 30 February nor a leap second nor a moment outside the years 0000 to 9999.
 */
export function isDatetime(value: unknown): value is Datetime {
  if (typeof value !== 'string' || value.length < minLength || value.length > maxLength) return false
  const year = digitPair(value, 0) * 100 + digitPair(value, 2)
  const month = digitPair(value, 5)
  const day = digitPair(value, 8)
  const hour = digitPair(value, 11)
  const minute = digitPair(value, 14)
  if (!hasPunctuation(value) || !(year >= 0) || !(month >= 1) || month > 12) return false
  if (!(day >= 1) || day > daysIn(month, year) || !(hour <= 23) || !(minute <= 59) || !(digitPair(value, 17) <= 59)) {
    return false
  }
  const offset = zoneOffset(value, endOfFraction(value))
  return offset !== undefined && staysInRange(year, month, day, hour * 60 + minute - offset)
}

/** The text as a datetime. @throws InvalidDatetimeError */
export function parseDatetime(text: string): Datetime {
  if (!isDatetime(text)) throw new InvalidDatetimeError(text)
  return text
}

/**
 * A moment in UTC with milliseconds, the form that the specification prefers.
 * @throws InvalidDatetimeError outside the years 0000 to 9999
 */
export function formatDatetime(date: Date): Datetime {
  return parseDatetime(Number.isNaN(date.getTime()) ? String(date) : date.toISOString())
}

function hasPunctuation(text: string): boolean {
  return text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':'
}

/** NaN, which fails every comparison, unless two digits stand there. */
function digitPair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30
  const ones = text.charCodeAt(at + 1) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Where the zone should begin. A dot without digits counts as no fraction, so that the zone is not
 * found.
 */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== dot) return 19
  let at = 20
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at++
  return at === 20 ? 19 : at
}

/**
 * Minutes ahead of UTC. `-00:00` means "zone unknown" in RFC 3339 and nothing in ISO 8601, so it is
 * refused.
 */
function zoneOffset(text: string, at: number): number | undefined {
  if (text[at] === 'Z') return text.length === at + 1 ? 0 : undefined
  const sign = text.charCodeAt(at)
  if ((sign !== plus && sign !== minus) || text.length !== at + 6 || text[at + 3] !== ':') return undefined
  const hours = digitPair(text, at + 1)
  const minutes = digitPair(text, at + 4)
  if (!(hours <= 23) || !(minutes <= 59) || (sign === minus && hours + minutes === 0)) return undefined
  return (hours * 60 + minutes) * (sign === minus ? -1 : 1)
}

/**
 * A zone may carry the first hours of year 0000 below zero, and the last ones of 9999 into a fifth
 * digit.
 */
function staysInRange(year: number, month: number, day: number, utcMinutes: number): boolean {
  if (utcMinutes < 0) return year !== 0 || month !== 1 || day !== 1
  return utcMinutes < 24 * 60 || year !== 9999 || month !== 12 || day !== 31
}
