import { expect, it } from 'vitest'
import { totpCode, totpDigits, totpSecretText, totpStep, totpUri } from './totp.ts'

// Appendix B of RFC 6238, of whose eight digits these are the last six.
const secret = Buffer.from('12345678901234567890')

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('is at %i seconds what RFC 6238 says', (seconds, code) => {
  expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code)
  expect(totpStep(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30))
})

it('counts within a step before and after, and no further', () => {
  const step = 40_000_000
  const at = (offset: number) => totpStep(secret, totpCode(secret, step), (step + offset) * 30_000)
  expect([at(-2), at(-1), at(0), at(1), at(2)]).toEqual([undefined, step, step, step, undefined])
})

it('is read with spaces, and told from other codes', () => {
  expect(totpDigits(' 050 471 ')).toBe('050471')
  for (const other of ['05047', '0504711', 'ABCDE-FGHJK', '-50471', '']) expect(totpDigits(other)).toBeUndefined()
})

it('has a secret in base32 and a URI for QR codes', () => {
  expect(totpSecretText(secret)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(totpUri(secret, { issuer: 'Island: one', account: 'alice.test' })).toBe(
    'otpauth://totp/Island%3A%20one:alice.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Island%3A%20one',
  )
})
