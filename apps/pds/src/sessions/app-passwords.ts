import { type AppPassword, ConflictError, type PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { newRandomWord } from '../secrets/random-word.ts'
import { keptAppPassword } from './kept-app-passwords.ts'

/** A sign-in reads all app passwords of the account. */
const maxAppPasswords = 100
const maxNameLength = 256

interface AppPasswordsDeps {
  readonly storage: Pick<PdsStorage, 'sessions' | 'transact'>
  readonly now?: () => number
}

/** What an app password is called, and whether it may do what others may not. */
export interface WantedAppPassword {
  readonly name: string
  readonly privileged: boolean
}

/** Further passwords of accounts, one for each app, which can do less than the account's own. */
export class AppPasswords {
  readonly #deps: AppPasswordsDeps
  readonly #now: () => number

  constructor(deps: AppPasswordsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /**
   * Makes an app password; only its hash is kept. Refuses with `InvalidRequest` a name that the
   * account has already or that is too long, or when it has as many as it may.
   */
  async create(did: Did, { name, privileged }: WantedAppPassword): Promise<{ password: string; made: AppPassword }> {
    const { storage } = this.#deps
    requireName(name)
    const existing = await storage.sessions.appPasswords(did)
    if (existing.length >= maxAppPasswords) {
      throw new Refused(
        'InvalidRequest',
        `This account has ${maxAppPasswords} app passwords: revoke one that is not used any more first`,
      )
    }
    const password = newRandomWord()
    const made: AppPassword = {
      did,
      name,
      passwordHash: keptAppPassword(did, password),
      privileged,
      createdAt: formatDatetime(new Date(this.#now())),
    }
    await storage
      .transact(did, (tx) => tx.sessions.addAppPassword(made))
      .catch((error: unknown) => {
        if (!(error instanceof ConflictError) || error.field !== 'appPassword') throw error
        throw new Refused('InvalidRequest', `There is an app password with this name already: ${name}`)
      })
    return { password, made }
  }

  /** The app passwords of an account, newest first. */
  list(did: Did): Promise<AppPassword[]> {
    return this.#deps.storage.sessions.appPasswords(did)
  }

  /**
   * Deletes an app password with the sessions that began with it. It is not an error if there is
   * none of this name.
   */
  async revoke(did: Did, name: string): Promise<void> {
    await this.#deps.storage.transact(did, (tx) => tx.sessions.deleteAppPassword(did, name))
  }
}

function requireName(name: string): void {
  if (name.trim() === '') throw new Refused('InvalidRequest', 'An app password needs a name')
  if (name.length > maxNameLength) {
    throw new Refused('InvalidRequest', `The name of an app password may have ${maxNameLength} characters at most`)
  }
}
