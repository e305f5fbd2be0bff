import type { PdsStorage } from '@atoll/storage'
import { isDid } from '@atoll/syntax'
import type { Config } from '../config/config.ts'
import { Refused } from '../refused.ts'

interface InvitesDeps {
  readonly storage: Pick<PdsStorage, 'invites' | 'accounts'>
  readonly required: boolean
}

/** Invite codes at sign-up. */
export class Invites {
  readonly #storage: Pick<PdsStorage, 'invites' | 'accounts'>
  readonly required: boolean

  constructor(deps: InvitesDeps) {
    this.#storage = deps.storage
    this.required = deps.required
  }

  /**
   * Refuses with `InvalidInviteCode` a code that cannot be used. Only an early check: the
   * transaction that uses the code decides.
   */
  async requireUsable(code: string | undefined): Promise<void> {
    if (code === undefined) {
      if (this.required) throw new Refused('InvalidInviteCode', 'No invite code provided')
      return
    }
    const invite = await this.#storage.invites.get(code)
    const valid = invite && !invite.disabled && !(await this.#giverIsGone(invite.forAccount))
    if (!valid || invite.uses.length >= invite.availableUses) throw inviteUnavailable()
  }

  /** Codes of an account that was taken down are invalid until it is restored. */
  async #giverIsGone(forAccount: string): Promise<boolean> {
    if (!isDid(forAccount)) return false
    const [giver] = await this.#storage.accounts.many([forAccount])
    return giver?.takedown !== undefined
  }
}

interface OpenInvitesDeps {
  readonly config: Pick<Config, 'invites'>
  readonly storage: InvitesDeps['storage']
}

export function openInvites({ config, storage }: OpenInvitesDeps): Invites {
  return new Invites({ storage, required: config.invites.required })
}

export function inviteUnavailable(): Refused {
  return new Refused('InvalidInviteCode', 'Provided invite code not available')
}
