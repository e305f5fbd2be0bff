import { createRandom } from '../random.ts'
import { digits, type FormatVectors, type Group, inserted, lookalikes, replaced, stray } from './vectors.ts'

const good = '1997-08-29T02:14:09.875Z'
const maxLength = 64
const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Besides the two files of the format: what has the form of a datetime, but names no real time.
 * https://atproto.com/specs/lexicon#datetime
 */
export interface DatetimeVectors extends FormatVectors {
  unparsable: Group[]
}

export function datetimeVectors(): DatetimeVectors {
  const random = createRandom('datetime')
  const pad = (value: number, length = 2) => String(value).padStart(length, '0')
  const month = (index: number) => pad(index + 1)
  return {
    valid: [
      {
        note: 'preferred: UTC, milliseconds or microseconds',
        texts: [
          good,
          '1997-08-29T02:14:09.875432Z',
          '1997-08-29T02:14:09.000Z',
          '1970-01-01T00:00:00.000Z',
          '2038-01-19T03:14:08.000Z',
        ],
      },
      { note: 'whole seconds', texts: ['1997-08-29T02:14:09Z', '2000-01-01T00:00:00Z', '1969-12-31T23:59:59Z'] },
      {
        note: 'from one digit of a fraction to forty',
        texts: Array.from({ length: 40 }, (_, index) => `1997-08-29T02:14:09.${random.text(digits, index + 1)}Z`),
      },
      {
        note: `${maxLength} characters`,
        texts: [
          `1997-08-29T02:14:09.${'3'.repeat(maxLength - 21)}Z`,
          `1997-08-29T02:14:09.${'0'.repeat(maxLength - 26)}+01:00`,
        ],
      },
      {
        note: 'fractions that round up to the next second',
        texts: ['1997-08-29T02:14:09.9999999999Z', '1999-12-31T23:59:59.9999999999999Z', '9999-12-31T23:59:59.999999Z'],
      },
      {
        note: 'zones',
        texts: [
          '+00:00',
          '+00:01',
          '-00:01',
          '+01:00',
          '-08:00',
          '+05:45',
          '-03:30',
          '+14:00',
          '-12:00',
          '+23:59',
          '-23:59',
        ].map((zone) => `1997-08-29T02:14:09.875${zone}`),
      },
      { note: 'zones without a fraction', texts: ['1997-08-29T02:14:09+02:00', '1997-08-29T02:14:09-10:30'] },
      {
        note: 'the first and the last day of each month',
        texts: daysOfMonths.flatMap((days, index) => [
          `1997-${month(index)}-01T00:00:00Z`,
          `1997-${month(index)}-${days}T23:59:59Z`,
        ]),
      },
      {
        note: '29 February',
        texts: [2024, 2000, 1996, 1600, 2400, 4, 0].map((year) => `${pad(year, 4)}-02-29T12:00:00Z`),
      },
      { note: 'every hour', texts: Array.from({ length: 24 }, (_, hour) => `1997-08-29T${pad(hour)}:59:59.9Z`) },
      {
        note: 'the first and the last years',
        texts: [
          '0000-01-01T00:00:00.000Z',
          '0001-01-01T00:00:00.000Z',
          '0099-01-01T00:00:00Z',
          '0999-12-31T23:59:59Z',
          '9999-01-01T00:00:00Z',
          '9999-12-31T23:59:59.999Z',
        ],
      },
      {
        note: 'zones that stay within the years 0000 to 9999',
        texts: [
          '0000-01-01T01:00:00+01:00',
          '0000-01-01T00:00:00-23:59',
          '9999-12-31T23:59:59+00:01',
          '9999-12-31T22:59:59-01:00',
        ],
      },
    ],
    invalid: [
      {
        note: 'parts missing',
        texts: [
          '1997',
          '1997-08',
          '1997-08-29',
          '1997-08-29T',
          '1997-08-29T02',
          '1997-08-29T02Z',
          '1997-08-29T02:14',
          '1997-08-29T02:14Z',
          'T02:14:09Z',
          '02:14:09.875Z',
          '1997-08-29Z',
          '08-29T02:14:09Z',
          'Z',
        ],
      },
      { note: 'no zone', texts: ['1997-08-29T02:14:09', '1997-08-29T02:14:09.875', '1997-08-29T02:14:09.'] },
      {
        note: 'a dot without digits',
        texts: [
          '1997-08-29T02:14:09.Z',
          '1997-08-29T02:14:09.+01:00',
          '1997-08-29T02:14:09..875Z',
          '1997-08-29T02:14:09.8.5Z',
        ],
      },
      { note: 'a comma for the dot', texts: ['1997-08-29T02:14:09,875Z'] },
      {
        note: `more than ${maxLength} characters: see disagreements.json`,
        texts: [`1997-08-29T02:14:09.${'3'.repeat(maxLength - 20)}Z`, `1997-08-29T02:14:09.${'0'.repeat(100)}Z`],
        specification: 'valid',
      },
      { note: 'lower case', texts: ['1997-08-29t02:14:09.875Z', '1997-08-29T02:14:09.875z', '1997-08-29t02:14:09z'] },
      {
        note: 'another separator of date and time',
        texts: [...'_ -/:'].map((char) => `1997-08-29${char}02:14:09.875Z`),
      },
      {
        note: 'other separators within',
        texts: [
          '1997/08/29T02:14:09Z',
          '1997.08.29T02:14:09Z',
          '1997-08-29T02.14.09Z',
          '1997-08-29T02-14-09Z',
          '1997:08:29T02:14:09Z',
          '1997\u201308\u201329T02:14:09Z',
          '1997\u221208\u221229T02:14:09Z',
        ],
      },
      {
        note: 'the basic form, without separators',
        texts: ['19970829T021409Z', '19970829T021409.875Z', '1997-08-29T021409Z', '19970829T02:14:09Z'],
      },
      {
        note: 'too few digits',
        texts: [
          '997-08-29T02:14:09Z',
          '97-08-29T02:14:09Z',
          '1997-8-29T02:14:09Z',
          '1997-08-9T02:14:09Z',
          '1997-08-29T2:14:09Z',
          '1997-08-29T02:4:09Z',
          '1997-08-29T02:14:9Z',
        ],
      },
      {
        note: 'too many digits',
        texts: [
          '01997-08-29T02:14:09Z',
          '11997-08-29T02:14:09Z',
          '1997-008-29T02:14:09Z',
          '1997-08-029T02:14:09Z',
          '1997-08-29T002:14:09Z',
          '1997-08-29T02:014:09Z',
          '1997-08-29T02:14:009Z',
        ],
      },
      {
        note: 'signed and extended years',
        texts: [
          '+1997-08-29T02:14:09Z',
          '-1997-08-29T02:14:09Z',
          '+001997-08-29T02:14:09Z',
          '-000001-12-31T23:59:59Z',
          '+010000-01-01T00:00:00Z',
          '10000-01-01T00:00:00Z',
        ],
      },
      {
        note: 'zones that do not name hours and minutes',
        texts: [
          '+01',
          '+0100',
          '+1:00',
          '+01:0',
          '+01:000',
          '+001:00',
          '+',
          '-',
          '+:',
          '01:00',
          '+01:00:00',
          '+01-00',
          ' +01:00',
          '+01:00Z',
          'Z+01:00',
          'ZZ',
          'UTC',
          'GMT',
          '[UTC]',
          'EST',
          'A',
        ].map((zone) => `1997-08-29T02:14:09${zone}`),
      },
      {
        note: 'the zone minus zero: unknown in RFC 3339, nothing in ISO 8601',
        texts: ['1997-08-29T02:14:09-00:00', '1997-08-29T02:14:09.875-00:00'],
      },
      {
        note: 'week dates, ordinal dates, and other forms of ISO 8601',
        texts: [
          '1997-W35-5T02:14:09Z',
          '1997-241T02:14:09Z',
          '1997-08-29T02:14:09Z/1997-08-30T02:14:09Z',
          'P1D',
          '--08-29T02:14:09Z',
        ],
      },
      {
        note: 'how others write dates',
        texts: [
          'Fri, 29 Aug 1997 02:14:09 GMT',
          'Aug 29 1997 02:14:09',
          '872820849',
          '872820849875',
          '1997-08-29 02:14:09 UTC',
          'now',
          'Invalid Date',
        ],
      },
      { note: 'a letter for a digit', texts: [0, 3, 5, 8, 11, 14, 17, 20].flatMap((at) => replaced(good, at, 'xO')) },
      {
        note: 'digits of other scripts',
        texts: ['\u0661997-08-29T02:14:09Z', '1997-08-2\uff19T02:14:09Z', '1997-08-29T02:14:0\u0669Z'],
      },
      { note: 'a character that only looks like one of it', texts: inserted(good, 10, lookalikes) },
      {
        note: 'something before or after it',
        texts: [`"${good}"`, `${good};`, `x${good}`, `${good}x`, `${good}${good}`, `=${good}`],
      },
      ...stray(good),
    ],
    unparsable: [
      { note: 'month 00, month 13', texts: ['1997-00-29T02:14:09Z', '1997-13-29T02:14:09Z', '1997-99-29T02:14:09Z'] },
      { note: 'day 00, day 32', texts: ['1997-08-00T02:14:09Z', '1997-08-32T02:14:09Z', '1997-08-99T02:14:09Z'] },
      {
        note: 'a day more than the month has',
        texts: daysOfMonths.map((days, index) => `1997-${month(index)}-${days + 1}T00:00:00Z`),
      },
      {
        note: '30 February, and 29 February where there is none',
        texts: [
          '2024-02-30T00:00:00Z',
          '2000-02-31T00:00:00Z',
          '1900-02-29T00:00:00Z',
          '2100-02-29T00:00:00Z',
          '1999-02-29T00:00:00Z',
          '0001-02-29T00:00:00Z',
        ],
      },
      {
        note: 'hour 24 and more',
        texts: ['1997-08-29T24:00:00Z', '1997-08-29T24:00:01Z', '1997-08-29T25:00:00Z', '1997-08-29T99:00:00Z'],
      },
      { note: 'minute 60 and more', texts: ['1997-08-29T02:60:09Z', '1997-08-29T02:99:09Z'] },
      {
        note: 'second 60, in a leap second too',
        texts: ['1997-08-29T02:14:60Z', '2016-12-31T23:59:60Z', '1997-08-29T02:14:61Z', '1997-08-29T02:14:99Z'],
      },
      {
        note: 'zones beyond 23:59',
        texts: [
          '1997-08-29T02:14:09+24:00',
          '1997-08-29T02:14:09-24:00',
          '1997-08-29T02:14:09+01:60',
          '1997-08-29T02:14:09+99:99',
        ],
      },
      {
        note: 'zones that lead before the year 0000',
        texts: ['0000-01-01T00:00:00+00:01', '0000-01-01T00:00:00+01:00', '0000-01-01T12:00:00+23:59'],
      },
      { note: 'zones that lead past the year 9999', texts: ['9999-12-31T23:59:59-00:01', '9999-12-31T12:00:00-23:59'] },
    ],
  }
}
