import { createRandom } from '../random.ts'
import { type FormatVectors, lookalikes, outside, replaced, stray } from './vectors.ts'

const alphabet = '234567abcdefghijklmnopqrstuvwxyz'

/** The 64-bit integer of a TID, in 13 digits of base32-sortable. */
export function formatInteger(value: bigint): string {
  return Array.from({ length: 13 }, (_, index) => alphabet[Number((value >> BigInt(60 - 5 * index)) & 31n)]).join('')
}

/** https://atproto.com/specs/tid#tid-syntax */
export function tidVectors(): FormatVectors {
  const random = createRandom('tid')
  const good = formatInteger(((BigInt(Date.UTC(2024, 1, 29)) * 1000n) << 10n) | 7n)
  const moments = [0, 1, 1023, 1024, 2 ** 32, Date.UTC(2022, 9, 18) * 1000, Date.UTC(2106, 1, 7) * 1000, 2 ** 53 - 1]
  return {
    valid: [
      { note: 'zero, and the greatest', texts: [formatInteger(0n), formatInteger(2n ** 63n - 1n)] },
      {
        note: 'moments in microseconds with the least and the greatest clock identifier',
        texts: moments.flatMap((moment) => [0n, 1023n].map((clock) => formatInteger((BigInt(moment) << 10n) | clock))),
      },
      { note: 'every first digit of 63 bits', texts: [...alphabet.slice(0, 8)].map((digit) => digit + good.slice(1)) },
      {
        note: 'first digits that set the highest of 64 bits: see disagreements.json',
        texts: [...alphabet.slice(8, 16)].map((digit) => digit + good.slice(1)),
        specification: 'invalid',
      },
      { note: 'every last digit', texts: [...alphabet].map((digit) => good.slice(0, -1) + digit) },
      {
        note: 'any 63 bits',
        texts: Array.from({ length: 16 }, () => random.pick(alphabet.slice(0, 8)) + random.text(alphabet, 12)),
      },
    ],
    invalid: [
      {
        note: 'a first digit of more than 64 bits',
        texts: [...alphabet.slice(16)].map((digit) => digit + good.slice(1)),
      },
      { note: 'a character outside the alphabet', texts: replaced(good, 6, outside(alphabet)) },
      {
        note: 'a character outside the alphabet, first and last',
        texts: [...replaced(good, 0, '0189AZ-_'), ...replaced(good, 12, '0189AZ-_=')],
      },
      { note: 'a character that only looks like one of it', texts: replaced(good, 6, lookalikes) },
      {
        note: 'upper case',
        texts: [
          good.toUpperCase(),
          good.slice(0, -1) + good.slice(-1).toUpperCase(),
          good.replace(/[a-z]/, (digit) => digit.toUpperCase()),
        ],
      },
      { note: 'too short', texts: [good.slice(1), good.slice(0, -1), '2', good.slice(0, 11)] },
      { note: 'too long', texts: [`2${good}`, `${good}2`, good + good] },
      { note: 'padding', texts: [`${good}=`, `${good.slice(0, -1)}=`, `${good}===`] },
      {
        note: 'the old form with hyphens',
        texts: [
          `${good.slice(0, 4)}-${good.slice(4, 7)}-${good.slice(7, 11)}-${good.slice(11)}`,
          `${good.slice(0, 11)}-${good.slice(11)}`,
        ],
      },
      { note: 'other forms of a number', texts: ['1729123456789', '0x0123456789ab', '3jzfcijpj2z2.', '+234567abcdef'] },
      ...stray(good),
    ],
  }
}
