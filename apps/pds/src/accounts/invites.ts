import { ConflictError, type Storage } from '@atoll/storage'
import { Refused } from '../refused.ts'

/** Invite codes at sign-up. */
export class Invites {
  readonly #storage: Pick<Storage, 'invites' | 'accounts'>
  readonly required: boolean
  /** Uses that sign-ups in progress are about to make, by code. */
  readonly #pending = new Map<string, number>()

  constructor(deps: { storage: Pick<Storage, 'invites' | 'accounts'>; required: boolean }) {
    this.#storage = deps.storage
    this.required = deps.required
  }

  /** Runs a sign-up with one use of `code` held for it. Refuses with `InvalidInviteCode` when there is none left. */
  async during<T>(code: string | undefined, work: () => Promise<T>): Promise<T> {
    if (code === undefined) {
      if (this.required) throw new Refused('InvalidInviteCode', 'No invite code provided')
      return work()
    }
    const invite = await this.#storage.invites.get(code)
    const valid = invite && !invite.disabled && !(await this.#giverIsGone(invite.forAccount))
    // From the look at what is pending to the claim nothing may wait: racing sign-ups come through here one by one.
    const pending = this.#pending.get(code) ?? 0
    if (!valid || invite.uses.length + pending >= invite.availableUses) throw unavailable()
    this.#pending.set(code, pending + 1)
    try {
      return await work()
    } catch (error) {
      if (error instanceof ConflictError && error.field === 'inviteCode') throw unavailable()
      throw error
    } finally {
      const left = (this.#pending.get(code) ?? 1) - 1
      if (left === 0) this.#pending.delete(code)
      else this.#pending.set(code, left)
    }
  }

  /** Codes of an account that was taken down are invalid until it is restored. */
  async #giverIsGone(forAccount: string): Promise<boolean> {
    if (!forAccount.startsWith('did:')) return false
    const [giver] = await this.#storage.accounts.many([forAccount as `did:${string}:${string}`])
    return giver?.takedown !== undefined
  }
}

function unavailable(): Refused {
  return new Refused('InvalidInviteCode', 'Provided invite code not available')
}
