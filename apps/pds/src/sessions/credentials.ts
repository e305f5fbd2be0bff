import type { Account, AppPassword, PdsStorage } from '@atoll/storage'
import { type Did, isDid } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import { canonicalEmail } from '../accounts/email-addresses.ts'
import type { Passwords } from '../accounts/passwords.ts'
import { Refused } from '../refused.ts'
import { isKeptAppPassword, isSameAppPassword, keptAppPassword } from './kept-app-passwords.ts'

const maxLoginPasswordLength = 512
/** The length of the longest DID; handles and e-mail addresses are shorter. */
const maxIdentifierLength = 2048

/** An account whose password, or one of whose app passwords, was given. */
export interface ProvenAccount {
  readonly account: Account
  readonly appPassword: AppPassword | undefined
}

/** Checks the identifier and the password of a sign-in. */
export class Credentials {
  readonly #storage: Pick<PdsStorage, 'accounts' | 'sessions'>
  readonly #passwords: Passwords

  constructor(storage: Pick<PdsStorage, 'accounts' | 'sessions'>, passwords: Passwords) {
    this.#storage = storage
    this.#passwords = passwords
  }

  /**
   * The account of a handle, DID or e-mail address. Refuses alike whether the account or the
   * password is wrong. `asker` waits for hashes.
   */
  async require(identifier: string, password: string, asker: Asker): Promise<ProvenAccount> {
    requireIdentifierLength(identifier)
    const account = await this.#byIdentifier(identifier)
    const given = password.length > maxLoginPasswordLength ? '' : password
    if (await this.#passwords.matches(given, account?.passwordHash, asker)) {
      // The hash of a missing account matches nothing.
      return { account: account as Account, appPassword: undefined }
    }
    const appPassword = account && (await this.#appPassword(account.did, given, asker))
    if (!account || !appPassword) throw wrongCredentials()
    return { account, appPassword }
  }

  async #byIdentifier(identifier: string): Promise<Account | undefined> {
    const { accounts } = this.#storage
    const text = identifier.trim()
    const lower = text.toLowerCase()
    // DIDs are case-sensitive, but every DID created here is in lower case: try as typed, then
    // lower-cased.
    if (isDid(lower)) return (isDid(text) ? await accounts.get(text) : undefined) ?? accounts.get(lower)
    return lower.includes('@') ? accounts.byEmail(canonicalEmail(text)) : accounts.byHandle(lower)
  }

  /**
   * The app password that was given. One hash is enough for all; those kept in the slow form cost
   * one for each salt.
   */
  async #appPassword(did: Did, given: string, asker: Asker): Promise<AppPassword | undefined> {
    const all = await this.#storage.sessions.appPasswords(did)
    const kept = all.length > 0 ? keptAppPassword(did, given) : ''
    const found = all.find(({ passwordHash }) => isSameAppPassword(passwordHash, kept))
    if (found) return found
    const slow = all.filter(({ passwordHash }) => !isKeptAppPassword(passwordHash))
    const match = await this.#passwords.firstMatch(
      given,
      slow.map(({ passwordHash }) => passwordHash),
      asker,
    )
    return slow.find(({ passwordHash }) => passwordHash === match)
  }
}

/** Refuses an identifier that is too long, in the same words as one that no account has. */
export function requireIdentifierLength(identifier: string): void {
  if (identifier.length > maxIdentifierLength) throw wrongCredentials()
}

/** The one refusal for an unknown account and for a wrong password. */
export function wrongCredentials(): Refused {
  return new Refused('AuthenticationRequired', 'Invalid identifier or password')
}
