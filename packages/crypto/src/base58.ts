// Base58btc, for keys alone: libraries bring every other base of multibase into a bundle with it,
// and these few lines are the whole of what is used.
import { InvalidKeyError } from './errors.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const base = alphabet.length

/**
 * The bytes of base58btc text. It takes quadratic time: callers bound the length.
 * @throws InvalidKeyError
 */
export function decodeBase58(text: string): Uint8Array {
  const digits = Array.from(text, (character) => {
    const digit = alphabet.indexOf(character)
    if (digit < 0) throw new InvalidKeyError('not a key in base58btc')
    return digit
  })
  return Uint8Array.from(convert(digits, base, 256))
}

/** Bytes as base58btc text. It takes quadratic time. */
export function encodeBase58(bytes: Uint8Array): string {
  return convert([...bytes], 256, base)
    .map((digit) => alphabet[digit])
    .join('')
}

/** Digits in another base, the most significant first. Each zero at the start stays one. */
function convert(digits: readonly number[], from: number, to: number): number[] {
  const reversed: number[] = []
  for (const digit of digits) {
    let carry = digit
    for (let at = 0; at < reversed.length; at++) {
      carry += reversed[at]! * from
      reversed[at] = carry % to
      carry = (carry / to) | 0
    }
    for (; carry > 0; carry = (carry / to) | 0) reversed.push(carry % to)
  }
  const firstNonZero = digits.findIndex((digit) => digit !== 0)
  const zeros = firstNonZero < 0 ? digits.length : firstNonZero
  return [...Array<number>(zeros).fill(0), ...reversed.reverse()]
}
