/** The text of codes: `XXXXX-XXXXX`, as people type them from a mail. */
import { randomInt } from 'node:crypto'

/**
 * Apps accept what base32 has, A to Z and 2 to 7. Those that look like another are left out: I, L,
 * O, S, Z. Ten of the rest are 47 bits.
 */
const alphabet = 'ABCDEFGHJKMNPQRTUVWXY234567'
const length = 10

export function newCode(): string {
  return hyphenated(Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''))
}

/**
 * The one spelling of a code, however it was typed: in any case, with or without spaces and hyphen.
 */
export function canonicalCode(typed: string): string {
  return hyphenated(typed.replace(/[\s-]/g, '').toUpperCase())
}

function hyphenated(characters: string): string {
  return `${characters.slice(0, 5)}-${characters.slice(5)}`
}
