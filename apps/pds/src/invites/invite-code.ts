import { randomInt } from 'node:crypto'

/** Letters and digits that nobody mistakes for one another. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * A new code, as the network's tools show them: `pds-example-com-abcde-fghij`. Its last ten
 * characters are random: 50 bits.
 */
export function newInviteCode(hostname: string): string {
  return `${hostname.replaceAll('.', '-')}-${randomPart()}-${randomPart()}`
}

function randomPart(): string {
  return Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
