import { type Account, InvalidCursorError, type Page, type PdsStorage } from '@atoll/storage'
import { type Did, type Handle, parseHandle } from '@atoll/syntax'
import { subjectNotFound } from '../accounts/subject-not-found.ts'
import { inviteOutput } from '../invites/invite-output.ts'
import { Refused } from '../refused.ts'

/** An account as `com.atproto.admin.defs#accountView` shows it. */
export type AccountView = Awaited<ReturnType<AccountViews['of']>>

interface AccountViewsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'invites'>
}

/** What a response shows instead of a handle that the account does not have. */
const noHandle: Handle = parseHandle('handle.invalid')

/** Accounts in any state, as administrators see them. */
export class AccountViews {
  readonly #storage: AccountViewsDeps['storage']

  constructor({ storage }: AccountViewsDeps) {
    this.#storage = storage
  }

  /** Refuses with `NotFound`. */
  async of(did: Did) {
    const account = await this.#storage.accounts.get(did)
    if (!account) throw subjectNotFound('account')
    return this.#view(account)
  }

  /** Those of `dids` that have an account here, each once and in the order asked for. */
  async ofEach(dids: readonly Did[]): Promise<AccountView[]> {
    return this.#views(await this.#storage.accounts.many([...new Set(dids)]))
  }

  /**
   * Accounts in order of creation; with `email`, those whose address contains it. Refuses a
   * malformed cursor with `InvalidRequest`.
   */
  async search(options: { limit: number; cursor?: string; email?: string }): Promise<Page<AccountView>> {
    try {
      const { items, ...rest } = await this.#storage.accounts.list(options)
      return { ...rest, items: await this.#views(items) }
    } catch (error) {
      throw error instanceof InvalidCursorError ? new Refused('InvalidRequest', 'Malformed cursor') : error
    }
  }

  /** One after another: a page has a hundred, and requests of others come in between. */
  async #views(accounts: readonly Account[]): Promise<AccountView[]> {
    const views: AccountView[] = []
    for (const account of accounts) views.push(await this.#view(account))
    return views
  }

  async #view(account: Account) {
    const { did, email, emailConfirmedAt, createdAt, deactivatedAt, invitesDisabled, inviteNote } = account
    const invitedBy = await this.#storage.invites.usedBy(did)
    const invites = await this.#storage.invites.ofAccount(did)
    return {
      did,
      handle: account.handle ?? noHandle,
      email,
      emailConfirmedAt,
      indexedAt: createdAt,
      invitedBy: invitedBy && inviteOutput(invitedBy),
      invites: invites.map(inviteOutput),
      invitesDisabled,
      inviteNote,
      deactivatedAt,
    }
  }
}
