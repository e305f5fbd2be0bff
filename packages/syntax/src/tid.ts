import type { Branded } from './brand.ts'
import { InvalidTidError } from './errors.ts'

/**
 * A timestamp identifier, which sorts as text by time: https://atproto.com/specs/tid. Every TID is
 * a record key.
 */
export type Tid = Branded<'tid' | 'recordKey'>

const alphabet = '234567abcdefghijklmnopqrstuvwxyz'
const timeLength = 11
const pattern = /^[2-7a-j][2-7a-z]{12}$/
const maxClockId = 1023

/** Whether a value is a TID. */
export function isTid(value: unknown): value is Tid {
  return typeof value === 'string' && pattern.test(value)
}

/** The text as a TID. @throws InvalidTidError */
export function parseTid(text: string): Tid {
  if (!isTid(text)) throw new InvalidTidError(text)
  return text
}

/**
 * The TID of a moment and a clock.
 * @throws RangeError for a time past 2^53 microseconds or a clock id past 1023
 */
export function formatTid(microseconds: number, clockId: number): Tid {
  if (!Number.isSafeInteger(microseconds) || microseconds < 0) {
    throw new RangeError(`no TID for the time ${microseconds}`)
  }
  if (!Number.isInteger(clockId) || clockId < 0 || clockId > maxClockId) {
    throw new RangeError(`no TID for the clock id ${clockId}`)
  }
  let text = ''
  let rest = microseconds
  for (let position = 0; position < timeLength; position++) {
    text = alphabet.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  // Every character is one of the alphabet.
  return (text + alphabet.charAt(clockId >> 5) + alphabet.charAt(clockId & 31)) as Tid
}

/**
 * When a TID was made, in microseconds since 1970. Past 2^53 (the year 2255) the figure is rounded.
 */
export function tidMicroseconds(tid: Tid): number {
  return decode(tid.slice(0, timeLength))
}

/** Which clock made a TID: 0 to 1023. */
export function tidClockId(tid: Tid): number {
  return decode(tid.slice(timeLength))
}

function decode(digits: string): number {
  let value = 0
  for (let position = 0; position < digits.length; position++) {
    const code = digits.charCodeAt(position)
    value = value * 32 + (code < 0x61 ? code - 0x32 : code - 0x61 + 6)
  }
  return value
}
