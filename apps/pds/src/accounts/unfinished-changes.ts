import type { Claim, Storage } from '@atoll/storage'
import { formatDatetime } from '@atoll/syntax'

interface UnfinishedParts {
  readonly storage: Pick<Storage, 'claims'>
  /** Each settles the claims that it made, and leaves the others alone. */
  readonly owners: readonly { settle(claim: Claim): Promise<void> }[]
  readonly now?: () => Date
}

/** No request takes as long as this. */
const restMs = 30_000
const pageClaims = 100

/** Sign-ups and changes of handles that broke off: found by the claims that they left. */
export class UnfinishedChanges {
  readonly #parts: UnfinishedParts
  readonly #now: () => Date

  constructor(parts: UnfinishedParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /** Settles what can be settled now. One that cannot does not keep the others from it; all failures are thrown together. */
  async settle(): Promise<void> {
    const failures: unknown[] = []
    const before = formatDatetime(new Date(this.#now().getTime() - restMs))
    let cursor: string | undefined
    do {
      const page = await this.#parts.storage.claims.list({ before, limit: pageClaims, ...(cursor && { cursor }) })
      for (const claim of page.items) await this.#settle(claim).catch((error: unknown) => failures.push(error))
      cursor = page.cursor
    } while (cursor !== undefined)
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} unfinished changes of accounts could not be settled`)
  }

  async #settle(claim: Claim): Promise<void> {
    for (const owner of this.#parts.owners) await owner.settle(claim)
  }
}
