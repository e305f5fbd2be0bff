import type { Datetime, Did, Handle } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import { numberOfCursor } from '../core/listing.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { pageOf } from '../core/order.ts'
import type { Page } from '../repos/repo-store.ts'
import type { Claim, ClaimStore, ClaimWrites } from './claim-store.ts'

export class MemoryClaims implements ClaimStore, ClaimWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async of(did: Did): Promise<Claim | undefined> {
    return this.#tables.claims.get(did)?.claim
  }

  async byHandle(handle: string): Promise<Claim | undefined> {
    return this.#tables.claimOn('handle', handle)
  }

  async byEmail(email: string): Promise<Claim | undefined> {
    return this.#tables.claimOn('email', email)
  }

  async list(options: { before: Datetime; cursor?: string; limit: number }): Promise<Page<Claim>> {
    const after = numberOfCursor(options.cursor)
    const following = [...this.#tables.claims.values()].filter(
      ({ key, claim }) => key > after && claim.claimedAt < options.before,
    )
    const page = pageOf(following, options.limit, ({ key }) => String(key))
    return { ...page, items: page.items.map(({ claim }) => claim) }
  }

  add(claim: Claim): void {
    const { claims, marks } = this.#tables
    if (claims.has(claim.did)) throw new ConflictError('claim', `${claim.did} has a claim already`)
    for (const field of ['handle', 'email'] as const) {
      const carrier = this.#tables.accountWith(field, claim[field])
      if (this.#tables.claimOn(field, claim[field]) || (carrier && carrier.did !== claim.did))
        throw new ConflictError(field, `${field} is taken: ${claim[field]}`)
    }
    const key = (marks.get('claimKey') ?? 0) + 1
    marks.set('claimKey', key)
    // Lower-casing a handle leaves a handle.
    const handle = claim.handle?.toLowerCase() as Handle | undefined
    claims.set(claim.did, { claim: { ...claim, handle, email: claim.email?.toLowerCase() }, key })
  }

  release(did: Did, purpose: string): void {
    if (this.#tables.claims.get(did)?.claim.purpose !== purpose)
      throw new ConflictError('claim', `${did} has no claim for ${purpose}`)
    this.#tables.claims.delete(did)
  }
}
