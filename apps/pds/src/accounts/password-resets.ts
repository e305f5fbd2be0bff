import type { PdsStorage } from '@atoll/storage'
import type { Asker } from '@atoll/xrpc-server'
import { type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'
import { canonicalEmail } from './email-addresses.ts'
import { faultOfNewPassword, type Passwords } from './passwords.ts'

interface PasswordResetsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'transact'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly codes: Pick<MailedCodes, 'send' | 'requireOfAny' | 'use'>
  readonly onError: (error: unknown) => void
}

/** New passwords for people who have forgotten theirs, but read their mails. */
export class PasswordResets {
  readonly #deps: PasswordResetsDeps
  readonly #sending = new Set<Promise<void>>()

  constructor(deps: PasswordResetsDeps) {
    this.#deps = deps
  }

  /**
   * Mails a code to the address if an account has it. Does not tell: neither by what it returns or
   * throws, nor by how long it takes.
   */
  async request(email: string): Promise<void> {
    const { storage, codes, onError } = this.#deps
    const account = await storage.accounts.byEmail(canonicalEmail(email))
    if (!account) return
    const sending = codes
      .send(account, 'reset_password')
      .catch(onError)
      .finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  /**
   * Sets a new password and ends every session. Refuses with `InvalidToken` or `ExpiredToken`, and
   * with `InvalidRequest` a password that cannot be chosen. `asker` waits for the hash.
   */
  async reset(typedCode: string, password: string, asker: Asker = {}): Promise<void> {
    const { storage, passwords, codes } = this.#deps
    const fault = faultOfNewPassword(password)
    if (fault !== undefined) throw new Refused('InvalidRequest', fault)
    const code = await codes.requireOfAny('reset_password', typedCode)
    const passwordHash = await passwords.hash(password, asker)
    const { did } = code
    await storage
      .transact(did, (tx) => {
        codes.use(tx, code)
        tx.accounts.update(did, { passwordHash })
        tx.sessions.deleteAll(did)
      })
      .catch(refuseUsedCode)
  }

  /** Resolves when no code is being made. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending)
  }
}
