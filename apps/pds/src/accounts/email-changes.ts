import { type Account, ConflictError, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { type GivenCode, type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'
import type { Accounts } from './accounts.ts'
import { canonicalEmail, normalizeEmail } from './email-addresses.ts'

interface EmailChangesDeps {
  readonly storage: Pick<PdsStorage, 'secondFactors' | 'transact'>
  readonly accounts: Pick<Accounts, 'require'>
  readonly codes: Pick<MailedCodes, 'send' | 'require' | 'use'>
  readonly now?: () => number
}

/** What an account wants changed about its e-mail address. */
export interface EmailChange {
  readonly email: string
  /** The code that was mailed to the present address. */
  readonly code: string | undefined
  /** Whether signing in is to take a code by mail. */
  readonly emailAuthFactor?: boolean | undefined
}

/** The e-mail addresses of accounts: that they are confirmed, and how they change. */
export class EmailChanges {
  readonly #deps: EmailChangesDeps
  readonly #now: () => number

  constructor(deps: EmailChangesDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /** Mails a code that confirms the address. */
  async requestConfirmation(did: Did): Promise<void> {
    await this.#deps.codes.send(await this.#deps.accounts.require(did), 'confirm_email')
  }

  /**
   * Confirms the address by the code that was mailed to it. Refuses with `InvalidEmail`,
   * `InvalidToken` or `ExpiredToken`.
   */
  async confirm(did: Did, email: string, typedCode: string): Promise<void> {
    const { storage, accounts, codes } = this.#deps
    const account = await accounts.require(did)
    if (account.email !== canonicalEmail(email)) throw new Refused('InvalidEmail', 'invalid email')
    const code = await codes.require(did, 'confirm_email', typedCode)
    const emailConfirmedAt = formatDatetime(new Date(this.#now()))
    await storage
      .transact(did, (tx) => {
        codes.use(tx, code)
        tx.accounts.update(did, { emailConfirmedAt })
      })
      .catch(refuseUsedCode)
  }

  /**
   * Mails a code if a change needs one: if the present address is confirmed. Returns whether it
   * does.
   */
  async requestUpdate(did: Did): Promise<boolean> {
    const account = await this.#deps.accounts.require(did)
    if (account.email === undefined) throw new Refused('InvalidRequest', 'account does not have an email address')
    if (account.emailConfirmedAt === undefined) return false
    await this.#deps.codes.send(account, 'update_email')
    return true
  }

  /**
   * Changes the address, which is unconfirmed then, and switches codes at
   * sign-in off. With the same address only that switch changes. Refuses with
   * `TokenRequired`, `InvalidToken` or `ExpiredToken` if the present address is confirmed, and with
   * `InvalidRequest` an address that is taken or no mail can reach.
   */
  async update(did: Did, { email: wanted, code: typedCode, emailAuthFactor }: EmailChange): Promise<void> {
    const { storage, accounts, codes } = this.#deps
    const email = normalizeEmail(wanted)
    const account = await accounts.require(did)
    if (email === account.email) return this.#switchFactor(account, emailAuthFactor, typedCode)
    const code = await this.#requireCode(account, typedCode)
    await storage
      .transact(did, (tx) => {
        if (code) codes.use(tx, code)
        // Whether it takes a code was decided on this.
        tx.accounts.requireEmail(account)
        changeAddress(tx, did, email)
      })
      .catch((error: unknown) => {
        if (!(error instanceof ConflictError) || error.field !== 'email') return refuseOvertaken(error)
        throw new Refused('InvalidRequest', 'This email address is already in use, please use a different email.')
      })
  }

  /** Switching codes by mail on takes a confirmed address; switching them off takes a code. */
  async #switchFactor(account: Account, isOn: boolean | undefined, typed: string | undefined): Promise<void> {
    const { storage, codes } = this.#deps
    const { did } = account
    if (isOn === undefined || (await storage.secondFactors.get(did)).email === isOn) return
    if (isOn && account.emailConfirmedAt === undefined) {
      throw new Refused('InvalidRequest', 'Codes can be mailed to a confirmed address only: confirm yours first')
    }
    const code = isOn ? undefined : await this.#requireCode(account, typed)
    await storage
      .transact(did, (tx) => {
        if (code) codes.use(tx, code)
        tx.accounts.requireEmail(account)
        tx.secondFactors.setEmail(did, isOn)
      })
      .catch(refuseOvertaken)
  }

  async #requireCode(account: Account, typed: string | undefined): Promise<GivenCode | undefined> {
    if (account.emailConfirmedAt === undefined) return undefined
    if (typed === undefined || typed === '') throw new Refused('TokenRequired', 'confirmation token required')
    return this.#deps.codes.require(account.did, 'update_email', typed)
  }
}

/** Another request used the code first, or changed or confirmed the address meanwhile. */
function refuseOvertaken(error: unknown): never {
  if (!(error instanceof ConflictError) || error.field !== 'emailState') return refuseUsedCode(error)
  throw new Refused('InvalidRequest', 'The email address was changed or confirmed meanwhile: try again')
}

/**
 * Gives an account another address, which is not confirmed yet. Codes that were mailed to the old
 * one prove nothing any more, and sign-ins no longer take them.
 */
export function changeAddress(
  tx: Pick<PdsTransaction, 'accounts' | 'emailTokens' | 'secondFactors'>,
  did: Did,
  email: string,
): void {
  tx.accounts.update(did, { email, emailConfirmedAt: undefined })
  tx.emailTokens.deleteAll(did)
  tx.secondFactors.setEmail(did, false)
}
