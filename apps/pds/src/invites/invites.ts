import { ConflictError, InvalidCursorError, type InviteCode, type Page, type PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime, isDid } from '@atoll/syntax'
import { requireAccount } from '../accounts/account-state.ts'
import { refuseGone } from '../accounts/subject-not-found.ts'
import type { Config } from '../config/config.ts'
import { Refused } from '../refused.ts'
import { earnedCodes, type InviteSchedule } from './earned-codes.ts'
import { newInviteCode } from './invite-code.ts'

/** In place of an account: codes that are nobody's own. */
export const administrator = 'admin'

interface InvitesDeps {
  readonly storage: Pick<PdsStorage, 'invites' | 'accounts' | 'transact'>
  /** The service's own DID: transactions that concern no account run under it. */
  readonly service: Did
  /** The host name that codes begin with. */
  readonly hostname: string
  /** When accounts earn codes; undefined where they do not. */
  readonly schedule: InviteSchedule | undefined
  readonly now?: () => number
}

/** What the administrator has made. */
interface CodesToMake {
  /** For each owner. */
  readonly count: number
  readonly uses: number
  /** Who owns the codes. */
  readonly owners: readonly (Did | typeof administrator)[]
}

/** How many codes one request may make. */
const maxNewCodes = 10_000

/** Codes that let somebody in: made, listed, disabled, and checked at sign-up. */
export class Invites {
  readonly #storage: InvitesDeps['storage']
  readonly #service: Did
  readonly #hostname: string
  readonly #schedule: InviteSchedule | undefined
  readonly #now: () => number

  constructor(deps: InvitesDeps) {
    this.#storage = deps.storage
    this.#service = deps.service
    this.#hostname = deps.hostname
    this.#schedule = deps.schedule
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * The code, if it can be used. Refuses with `InvalidInviteCode` otherwise. Only an early check:
   * the transaction that uses the code decides.
   */
  async requireUsable(code: string): Promise<InviteCode> {
    const invite = await this.#storage.invites.get(code)
    const valid = invite && !invite.disabled && !(await this.#giverIsGone(invite.forAccount))
    if (!valid || invite.uses.length >= invite.availableUses) throw inviteUnavailable()
    return invite
  }

  /** Makes codes for the administrator: `count` for each owner, in the order of the owners. */
  async make({ count, uses, owners }: CodesToMake): Promise<{ account: string; codes: string[] }[]> {
    if (count < 1 || uses < 1) throw new Refused('InvalidRequest', 'Codes and their uses are counted from 1 on')
    if (count * owners.length > maxNewCodes) {
      throw new Refused('InvalidRequest', `Too many codes at once: ${maxNewCodes} at most`)
    }
    const made = owners.map((account) => ({ account, codes: this.#newCodes(count) }))
    const createdAt = this.#time()
    await this.#storage.transact(this.#service, (tx) => {
      for (const { account, codes } of made) {
        for (const code of codes) {
          tx.invites.create({ code, availableUses: uses, forAccount: account, createdBy: administrator, createdAt })
        }
      }
    })
    return made
  }

  /**
   * The codes of an account, oldest first, without disabled ones. With `makeEarned`, those that it
   * has earned are made first. Refuses with `DuplicateCreate` if another request makes them at the
   * same moment.
   */
  async ofAccount(did: Did, { makeEarned }: { makeEarned: boolean }): Promise<InviteCode[]> {
    if (makeEarned) await this.#makeEarned(did)
    const codes = await this.#storage.invites.ofAccount(did)
    return codes.filter(({ disabled }) => !disabled)
  }

  /** All codes, in pages. Refuses with `InvalidRequest` a cursor of no listing. */
  async list(options: {
    sort: 'recent' | 'usage'
    cursor: string | undefined
    limit: number
  }): Promise<Page<InviteCode>> {
    const { cursor, ...rest } = options
    try {
      return await this.#storage.invites.list({ ...rest, ...(cursor === undefined ? {} : { cursor }) })
    } catch (error) {
      throw error instanceof InvalidCursorError ? new Refused('InvalidRequest', 'Malformed cursor') : error
    }
  }

  /** Disables these codes, and all codes of these accounts. Unknown ones are passed over. */
  async disable({ codes, accounts }: { codes: readonly string[]; accounts: readonly string[] }): Promise<void> {
    if (accounts.includes(administrator)) throw new Refused('InvalidRequest', 'cannot disable admin invite codes')
    await this.#storage.transact(this.#service, (tx) => tx.invites.disable({ codes, accounts }))
  }

  /**
   * Whether an account earns codes from now on. Those that it has stay as they are. Refuses with
   * `NotFound`.
   */
  async setDisabledFor(did: Did, disabled: boolean, note: string | undefined): Promise<void> {
    await this.#storage
      .transact(did, (tx) =>
        tx.accounts.update(did, { invitesDisabled: disabled, ...(note === undefined ? {} : { inviteNote: note }) }),
      )
      .catch(refuseGone)
  }

  async #makeEarned(did: Did): Promise<void> {
    if (!this.#schedule) return
    const account = requireAccount(await this.#storage.accounts.get(did), did)
    const made = (await this.#storage.invites.ofAccount(did)).filter(({ createdBy }) => createdBy === did)
    const codes = this.#newCodes(earnedCodes(account, made, this.#schedule, this.#now()))
    if (codes.length === 0) return
    const createdAt = this.#time()
    try {
      await this.#storage.transact(did, (tx) => {
        for (const code of codes) {
          tx.invites.create({ code, availableUses: 1, forAccount: did, createdBy: did, createdAt })
        }
        tx.invites.requireMade(did, made.length + codes.length)
      })
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      throw new Refused('DuplicateCreate', 'Another request has made the codes of this account; list them again')
    }
  }

  #newCodes(count: number): string[] {
    return Array.from({ length: count }, () => newInviteCode(this.#hostname))
  }

  #time() {
    return formatDatetime(new Date(this.#now()))
  }

  /** Codes of an account that was taken down are invalid until it is restored. */
  async #giverIsGone(forAccount: string): Promise<boolean> {
    if (!isDid(forAccount)) return false
    const [giver] = await this.#storage.accounts.many([forAccount])
    return giver?.takedown !== undefined
  }
}

interface OpenInvitesDeps {
  readonly config: Pick<Config, 'invites' | 'service' | 'signUps'>
  readonly storage: InvitesDeps['storage']
}

export function openInvites({ config, storage }: OpenInvitesDeps): Invites {
  const { intervalMs, epoch } = config.invites
  // Where codes are not asked for, accounts have nothing to give away.
  const earns = config.signUps.mode === 'invite' && intervalMs !== undefined
  return new Invites({
    storage,
    service: config.service.did,
    hostname: config.service.hostname,
    schedule: earns ? { intervalMs, epoch } : undefined,
  })
}

export function inviteUnavailable(): Refused {
  return new Refused('InvalidInviteCode', 'Provided invite code not available')
}
