import { type Account, ConflictError, type PdsStorage, type SecondFactors as Stored, type Totp } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import type { Accounts } from '../accounts/accounts.ts'
import { type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'
import { totpSecretContext } from '../secrets/sealed-values.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts'
import { newTotpSecret, totpDigits, totpSecretText, totpStep, totpUri } from './totp.ts'

/** So many codes of an app may be tried in so long: six digits can be guessed. */
const maxTries = 5
const triesMs = 5 * 60 * 1000

interface SecondFactorsDeps {
  readonly storage: Pick<PdsStorage, 'secondFactors' | 'transact'>
  readonly accounts: Pick<Accounts, 'require' | 'passwords'>
  readonly codes: Pick<MailedCodes, 'send' | 'require' | 'use'>
  readonly sealer: Pick<Sealer, 'seal' | 'open'>
  /** The name of this server, which apps show beside the code. */
  readonly issuer: string
  readonly now?: () => number
}

/** What proves that the owner of a session is at the keys. */
export interface Proof {
  readonly password: string
  /** A code of the second factor that is in use. */
  readonly code?: string | undefined
}

/**
 * What accounts ask for beside their own password: a code by mail, or of an authenticator app
 * (TOTP), which goes before mail where both are on. Recovery codes stand for either. App passwords
 * need none.
 */
export class SecondFactors {
  readonly #deps: SecondFactorsDeps
  readonly #now: () => number

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /** What an account has switched on. */
  async of(did: Did): Promise<{ email: boolean; totp: boolean; recoveryCodes: number }> {
    const { email, totp, recoveryCodeHashes } = await this.#deps.storage.secondFactors.get(did)
    return { email, totp: totp?.isConfirmed ?? false, recoveryCodes: recoveryCodeHashes.length }
  }

  /** Whether signing in takes a code by mail, as answers about sessions say it. */
  takesEmailCode(did: Did): Promise<boolean> {
    return this.#deps.storage.secondFactors.takesEmailCode(did)
  }

  /**
   * Lets a sign-in pass whose password was right. Without a code it refuses with
   * `AuthFactorTokenRequired`, once it has mailed one if mail is the factor; a wrong code is
   * refused with `InvalidToken` or `ExpiredToken`, and with `RateLimitExceeded` after five in five
   * minutes.
   */
  async pass(account: Account, typed: string | undefined): Promise<void> {
    const factors = await this.#deps.storage.secondFactors.get(account.did)
    if (!factors.email && !factors.totp?.isConfirmed) return
    if (typed !== undefined && typed.trim() !== '') return this.#take(account, factors, typed)
    if (factors.totp?.isConfirmed) {
      throw new Refused('AuthFactorTokenRequired', 'A code of your authenticator app, or a recovery code, is required')
    }
    await this.#deps.codes.send(account, 'sign_in')
    throw new Refused('AuthFactorTokenRequired', 'A sign in code has been sent to your email address')
  }

  /**
   * Makes the secret of an authenticator app, which is used once `confirmTotp` has seen a code.
   * Refuses with `InvalidRequest` if there is an app already, and as `pass` does.
   */
  async createTotp(did: Did, proof: Proof, asker: Asker): Promise<{ secret: string; uri: string }> {
    const { storage, sealer, issuer } = this.#deps
    const account = await this.#prove(did, proof, asker)
    const secret = newTotpSecret()
    await storage
      .transact(did, (tx) => tx.secondFactors.putTotp(did, sealer.seal(secret, totpSecretContext(did))))
      .catch((error: unknown) => {
        if (!isConflict(error, 'totp')) throw error
        throw new Refused('InvalidRequest', 'This account has an authenticator app already: remove that one first')
      })
    return { secret: totpSecretText(secret), uri: totpUri(secret, { issuer, account: account.handle ?? did }) }
  }

  /**
   * Switches the authenticator app on by a code of it, and returns new recovery codes. Refuses with
   * `InvalidToken` a wrong code, or if no app waits for one, and with `RateLimitExceeded`.
   */
  async confirmTotp(did: Did, typed: string): Promise<string[]> {
    const { storage } = this.#deps
    const { totp } = await storage.secondFactors.get(did)
    if (!totp || totp.isConfirmed) throw invalidCode()
    const step = await this.#tryStep(did, totp, typed)
    const codes = newRecoveryCodes()
    await storage
      .transact(did, (tx) => {
        tx.secondFactors.confirmTotp(did, totp.secret, step)
        tx.secondFactors.forgetTries(did)
        tx.secondFactors.setRecoveryCodes(did, hashesOf(did, codes))
      })
      .catch(refuseUsed)
    return codes
  }

  /** Switches the authenticator app off. Refuses as `pass` does. */
  async removeTotp(did: Did, proof: Proof, asker: Asker): Promise<void> {
    await this.#prove(did, proof, asker)
    const { email } = await this.of(did)
    await this.#deps.storage.transact(did, (tx) => {
      tx.secondFactors.deleteTotp(did)
      if (!email) tx.secondFactors.setRecoveryCodes(did, [])
    })
  }

  /**
   * Makes new recovery codes in place of the earlier ones. Refuses with `InvalidRequest` if there
   * is nothing to recover from, and as `pass` does.
   */
  async createRecoveryCodes(did: Did, proof: Proof, asker: Asker): Promise<string[]> {
    await this.#prove(did, proof, asker)
    const { email, totp } = await this.of(did)
    if (!email && !totp) throw new Refused('InvalidRequest', 'This account has no second factor: switch one on first')
    const codes = newRecoveryCodes()
    await this.#deps.storage.transact(did, (tx) => tx.secondFactors.setRecoveryCodes(did, hashesOf(did, codes)))
    return codes
  }

  async #prove(did: Did, { password, code }: Proof, asker: Asker): Promise<Account> {
    const { accounts } = this.#deps
    const account = await accounts.require(did)
    if (!(await accounts.passwords.matches(password, account.passwordHash, asker))) {
      throw new Refused('AuthenticationRequired', 'Invalid password')
    }
    await this.pass(account, code)
    return account
  }

  async #take({ did }: Account, { email, totp, recoveryCodeHashes }: Stored, typed: string): Promise<void> {
    const { storage, codes } = this.#deps
    const hash = recoveryCodeHash(did, typed)
    if (recoveryCodeHashes.includes(hash)) {
      await storage.transact(did, (tx) => tx.secondFactors.useRecoveryCode(did, hash)).catch(refuseUsed)
    } else if (totp?.isConfirmed) {
      const step = await this.#tryStep(did, totp, typed)
      await storage
        .transact(did, (tx) => {
          tx.secondFactors.useTotpStep(did, step)
          tx.secondFactors.forgetTries(did)
        })
        .catch(refuseUsed)
    } else if (email) {
      const code = await codes.require(did, 'sign_in', typed)
      await storage.transact(did, (tx) => codes.use(tx, code)).catch(refuseUsedCode)
    }
  }

  /** The step of a right code. The try is counted before the code is looked at. */
  async #tryStep(did: Did, { secret }: Totp, typed: string): Promise<number> {
    const { storage, sealer } = this.#deps
    const digits = totpDigits(typed)
    if (digits === undefined) throw invalidCode()
    const now = this.#now()
    const limits = {
      at: formatDatetime(new Date(now)),
      since: formatDatetime(new Date(now - triesMs)),
      max: maxTries,
    }
    await storage.transact(did, (tx) => tx.secondFactors.takeTry(did, limits)).catch(refuseTries)
    const step = totpStep(sealer.open(secret, totpSecretContext(did)), digits, now)
    if (step === undefined) throw invalidCode()
    return step
  }
}

function hashesOf(did: Did, codes: readonly string[]): string[] {
  return codes.map((code) => recoveryCodeHash(did, code))
}

function invalidCode(): Refused {
  return new Refused('InvalidToken', 'Token is invalid')
}

function isConflict(error: unknown, field: ConflictError['field']): boolean {
  return error instanceof ConflictError && error.field === field
}

/** Another request used the code first, or changed the factor. */
function refuseUsed(error: unknown): never {
  throw isConflict(error, 'totp') || isConflict(error, 'recoveryCode') ? invalidCode() : error
}

function refuseTries(error: unknown): never {
  if (!isConflict(error, 'codeTries')) throw error
  throw new Refused(
    'RateLimitExceeded',
    'Too many codes were tried: wait five minutes for the next, or use a recovery code',
    { headers: { 'retry-after': String(triesMs / 1000) } },
  )
}
