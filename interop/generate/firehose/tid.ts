const digits = '234567abcdefghijklmnopqrstuvwxyz'

/** The milliseconds that a TID stands for. */
export function timeOf(tid: string): number {
  const value = Array.from(tid).reduce((sum, digit) => sum * 32n + BigInt(digits.indexOf(digit)), 0n)
  return Number((value >> 10n) / 1000n)
}

/** The TID of a time in milliseconds, of clock 0. */
export function tidAt(time: number): string {
  let value = (BigInt(time) * 1000n) << 10n
  let text = ''
  for (let place = 0; place < 13; place++, value >>= 5n) text = digits[Number(value & 31n)] + text
  return text
}
