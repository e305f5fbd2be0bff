import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refused } from '../refused.ts'

interface VerificationCodesOptions {
  /** What nobody else knows. */
  readonly salt: string
  readonly now?: () => number
}

const lifeMs = 15 * 60 * 1000

/**
 * Codes that say that a person wants a handle, for `verificationCode` of createAccount. Each works
 * for one handle, of which there is one account, and for 15 minutes. Nothing is stored.
 */
export class VerificationCodes {
  readonly #salt: string
  readonly #now: () => number

  constructor({ salt, now = Date.now }: VerificationCodesOptions) {
    this.#salt = salt
    this.#now = now
  }

  create(handle: string): string {
    const expiresAt = this.#now() + lifeMs
    return `${expiresAt.toString(36)}-${this.#seal(handle, expiresAt)}`
  }

  /**
   * Refuses with `InvalidRequest` if there is no code, with `InvalidToken` one of another handle,
   * and with `ExpiredToken`.
   */
  require(code: string | undefined, handle: string): void {
    if (code === undefined) throw new Refused('InvalidRequest', 'Verification is required on this server')
    const [expiry = '', ...rest] = code.split('-')
    const expiresAt = Number.parseInt(expiry, 36)
    const isGenuine = Number.isSafeInteger(expiresAt) && isEqual(rest.join('-'), this.#seal(handle, expiresAt))
    if (!isGenuine) throw new Refused('InvalidToken', 'The verification does not fit this handle; verify again')
    if (expiresAt <= this.#now()) throw new Refused('ExpiredToken', 'The verification is too old; verify again')
  }

  #seal(handle: string, expiresAt: number): string {
    const sealed = createHmac('sha256', this.#salt).update(`sign-up\n${handle.toLowerCase()}\n${expiresAt}`)
    return sealed.digest('base64url')
  }
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
