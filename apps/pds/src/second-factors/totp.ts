/**
 * One-time passwords by the clock, as authenticator apps make them: SHA-1, six digits, steps of 30
 * seconds. https://www.rfc-editor.org/rfc/rfc6238
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const stepMs = 30_000
const digits = 6
/** Clocks of phones are a little off: the codes of one step before and after count too. */
const tolerance = 1
/** What RFC 4226 recommends: as long as the hash. */
const secretBytes = 20
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function newTotpSecret(): Uint8Array {
  return randomBytes(secretBytes)
}

/** The code of one step: the time since 1970 in units of 30 seconds. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const number = mac.readUInt32BE(mac[mac.length - 1]! & 15) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The step of which `typed` is the code, if it is one of those around `nowMs`. */
export function totpStep(secret: Uint8Array, typed: string, nowMs: number): number | undefined {
  const current = Math.floor(nowMs / stepMs)
  const given = Buffer.from(typed)
  for (let step = current - tolerance; step <= current + tolerance; step++) {
    const code = Buffer.from(totpCode(secret, step))
    if (given.length === code.length && timingSafeEqual(given, code)) return step
  }
  return undefined
}

/** The six digits of a code however they were typed, or undefined where it is none. */
export function totpDigits(typed: string): string | undefined {
  const text = typed.replace(/\s/g, '')
  return /^\d{6}$/.test(text) ? text : undefined
}

/** A secret as people type it into an app. */
export function totpSecretText(secret: Uint8Array): string {
  const bits = Array.from(secret, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => base32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

/**
 * What apps read from a QR code. https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export function totpUri(secret: Uint8Array, { issuer, account }: { issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${totpSecretText(secret)}&issuer=${encodeURIComponent(issuer)}`
}
