/**
 * Codes for those who have lost their second factor. The server makes them, with 80 bits of
 * randomness, so a fast hash is enough; it is keyed with the account.
 */
import { createHmac } from 'node:crypto'
import type { Did } from '@atoll/syntax'
import { newRandomWord } from '../secrets/random-word.ts'

const count = 10

export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, newRandomWord)
}

/**
 * The form in which a code is stored, however it was typed: in any case, with or without hyphens.
 */
export function recoveryCodeHash(did: Did, typed: string): string {
  const code = typed.toLowerCase().replace(/[\s-]/g, '')
  return createHmac('sha256', `recovery code of ${did}`).update(code).digest('base64url')
}
