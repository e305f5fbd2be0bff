import type { IdentityResolver } from '@atoll/identity'
import { type Account, ConflictError, type Storage } from '@atoll/storage'
import { identityEvent } from '@atoll/sync'
import { formatDatetime, type Handle } from '@atoll/syntax'
import type { PlcAccounts } from '../identity/plc-accounts.ts'
import { Refused } from '../refused.ts'
import { requireHandleOf } from './foreign-handles.ts'
import type { HandleRules } from './handles.ts'

interface HandleChangeParts {
  readonly storage: Pick<Storage, 'accounts' | 'transact'>
  readonly handles: HandleRules
  readonly identity: Pick<IdentityResolver, 'resolveHandle' | 'forget'>
  readonly plc: Pick<PlcAccounts, 'setHandle'>
  readonly now?: () => Date
}

/** Gives accounts other handles. */
export class HandleChanges {
  readonly #parts: HandleChangeParts
  readonly #now: () => Date

  constructor(parts: HandleChangeParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /**
   * Changes the handle in the DID document and here, and says so to the network, also when it is the same as before. A handle of another
   * domain must already resolve to the account. `reserved` lets administrators use reserved names.
   */
  async change(account: Account, wanted: string, options: { reserved?: boolean } = {}): Promise<void> {
    const { storage, handles, identity, plc } = this.#parts
    const { did } = account
    const handle = handles.normalize(wanted)
    if (handles.isLocal(handle)) handles.requireLocal(handle, options)
    else await requireHandleOf(identity, handle, did)
    const holder = await storage.accounts.byHandle(handle)
    if (holder && holder.did !== did) throw taken(handle)

    await plc.setHandle(did, handle)
    const time = formatDatetime(this.#now())
    await storage
      .transact(did, (tx) => {
        if (account.handle !== handle) tx.accounts.update(did, { handle })
        tx.events.append(identityEvent(did, handle, time))
      })
      .catch((error: unknown) => {
        throw error instanceof ConflictError && error.field === 'handle' ? taken(handle) : error
      })
    await Promise.all([identity.forget(did), identity.forget(handle)])
  }
}

function taken(handle: Handle): Refused {
  return new Refused('HandleNotAvailable', `Handle already taken: ${handle}`)
}
