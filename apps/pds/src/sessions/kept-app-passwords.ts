/**
 * The stored form of app passwords. The server makes them, with 80 bits of randomness or more, so a
 * fast hash is enough: nobody can try them all. It is keyed with the account, so one hash is
 * compared with every app password of the account.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Did } from '@atoll/syntax'

const form = 'app-hmac-sha256'

/** The form in which an app password of the account is kept. */
export function keptAppPassword(did: Did, password: string): string {
  const mac = createHmac('sha256', `app password of ${did}`).update(password).digest('base64url')
  return `${form}:${mac}`
}

/** Whether `kept` has this form, and not the slow one of passwords that people choose. */
export function isKeptAppPassword(kept: string): boolean {
  return kept.startsWith(`${form}:`)
}

/** Whether two kept forms are the same; takes as long wherever they differ. */
export function isSameAppPassword(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
