import { randomInt } from 'node:crypto'

/** The letters and digits of base32: five bits each, so sixteen of them are 80 bits. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const groups = 4
const groupLength = 4

/** A secret that people can copy by hand, such as `abcd-efgh-ijkl-2345`. */
export function newRandomWord(): string {
  const group = () => Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: groups }, group).join('-')
}
