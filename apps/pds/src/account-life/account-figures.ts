import type { Cid } from '@atoll/data-model'
import type { PdsStorage } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import { isActive, repoNotFound, requireAccount } from '../accounts/account-state.ts'
import type { Activations } from './activations.ts'

interface AccountFiguresDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'repos' | 'blobs'>
  readonly activations: Pick<Activations, 'isDocumentValid'>
}

/** How complete an account is on this server. */
export interface Figures {
  readonly isActive: boolean
  readonly isDocumentValid: boolean
  readonly head: { readonly cid: Cid; readonly rev: Tid }
  readonly blocks: number
  readonly records: number
  readonly privateValues: number
  /** Distinct blobs to which records refer, and how many of them are here. */
  readonly blobs: { readonly expected: number; readonly imported: number }
}

/** Counts what this server has of an account, for its owner to compare with another server. */
export class AccountFigures {
  readonly #deps: AccountFiguresDeps

  constructor(deps: AccountFiguresDeps) {
    this.#deps = deps
  }

  /** Refuses with `AccountNotFound` or `RepoNotFound`. */
  async of(did: Did): Promise<Figures> {
    const { storage, activations } = this.#deps
    const account = requireAccount(await storage.accounts.get(did), did)
    const head = await storage.repos.head(did)
    if (!head) throw repoNotFound(did)
    const [{ blocks, records }, blobs, preferences, isDocumentValid] = await Promise.all([
      storage.repos.counts(did),
      storage.blobs.counts(did),
      storage.accounts.preferences(did),
      activations.isDocumentValid(did),
    ])
    return {
      isActive: isActive(account),
      isDocumentValid,
      head,
      blocks,
      records,
      privateValues: preferences === undefined ? 0 : lengthOf(preferences),
      blobs,
    }
  }
}

/** Preferences are stored as a list in JSON. */
function lengthOf(preferences: string): number {
  const list: unknown = JSON.parse(preferences)
  return Array.isArray(list) ? list.length : 0
}
