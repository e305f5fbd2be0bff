import { scalarLength } from './curves.ts'

const integerTag = 0x02
const sequenceTag = 0x30

/** A compact signature in the form that OpenSSL reads fastest. */
export function compactToDer(compact: Uint8Array): Uint8Array {
  const r = firstSignificant(compact, 0)
  const s = firstSignificant(compact, scalarLength)
  const rLength = integerLength(compact, r, scalarLength)
  const sLength = integerLength(compact, s, 2 * scalarLength)
  const der = new Uint8Array(6 + rLength + sLength)
  der[0] = sequenceTag
  der[1] = 4 + rLength + sLength
  writeInteger(der, 2, rLength, compact.subarray(r, scalarLength))
  writeInteger(der, 4 + rLength, sLength, compact.subarray(s))
  return der
}

/** A signature that OpenSSL wrote, as r and s of 32 bytes each. */
export function derToCompact(der: Uint8Array): Uint8Array {
  const compact = new Uint8Array(2 * scalarLength)
  const rLength = der[3]!
  const sLength = der[5 + rLength]!
  readInteger(der, 4, rLength, compact, scalarLength)
  readInteger(der, 6 + rLength, sLength, compact, 2 * scalarLength)
  return compact
}

function firstSignificant(compact: Uint8Array, start: number): number {
  let at = start
  while (compact[at] === 0 && at < start + scalarLength - 1) at++
  return at
}

// A leading bit would make the number negative, so it gets a zero byte before it.
function integerLength(compact: Uint8Array, first: number, end: number): number {
  return end - first + (compact[first]! >> 7)
}

function writeInteger(der: Uint8Array, at: number, length: number, digits: Uint8Array): void {
  der[at] = integerTag
  der[at + 1] = length
  der.set(digits, at + 2 + length - digits.length)
}

function readInteger(der: Uint8Array, start: number, length: number, compact: Uint8Array, end: number): void {
  const padding = Math.max(0, length - scalarLength)
  compact.set(der.subarray(start + padding, start + length), end - length + padding)
}
