import type { Datetime, Did, Handle } from '@atoll/syntax'
import { accountHolding, accountTable, type UniqueField } from '../accounts/account-tables.ts'
import type { ClaimedValues } from '../accounts/memory-accounts.ts'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { numberOfCursor, type Page, pageOf } from '../core/page.ts'
import type { Claim, ClaimStore, ClaimWrites } from './claim-store.ts'

export class MemoryClaims implements ClaimStore, ClaimWrites, ClaimedValues {
  readonly #tables: MemoryTables
  readonly #claims: ReturnType<typeof claimTable>
  readonly #accounts: ReturnType<typeof accountTable>

  constructor(tables: MemoryTables) {
    this.#tables = tables
    this.#claims = tables.of(claimTable)
    this.#accounts = tables.of(accountTable)
  }

  async of(did: Did): Promise<Claim | undefined> {
    return this.#claims.get(did)?.claim
  }

  async byHandle(handle: string): Promise<Claim | undefined> {
    return this.holding('handle', handle)
  }

  async byEmail(email: string): Promise<Claim | undefined> {
    return this.holding('email', email)
  }

  async list(options: { before: Datetime; purpose?: string; cursor?: string; limit: number }): Promise<Page<Claim>> {
    const { before, purpose } = options
    const after = numberOfCursor(options.cursor)
    const following = [...this.#claims.values()]
      .filter(({ key, claim }) => key > after && claim.claimedAt < before)
      .filter(({ claim }) => purpose === undefined || claim.purpose === purpose)
    return pageOf(following, options.limit, { cursor: ({ key }) => String(key), item: ({ claim }) => claim })
  }

  async count(purpose: string): Promise<number> {
    return [...this.#claims.values()].filter(({ claim }) => claim.purpose === purpose).length
  }

  async countBefore(did: Did): Promise<number | undefined> {
    const own = this.#claims.get(did)
    return (
      own &&
      [...this.#claims.values()].filter(({ key, claim }) => key < own.key && claim.purpose === own.claim.purpose).length
    )
  }

  add(claim: Claim): void {
    if (this.#claims.has(claim.did)) throw new ConflictError('claim', `${claim.did} has a claim already`)
    for (const field of ['handle', 'email'] as const) {
      const carrier = accountHolding(this.#accounts, field, claim[field])
      if (this.holding(field, claim[field]) || (carrier && carrier.did !== claim.did)) {
        throw new ConflictError(field, `${field} is taken: ${claim[field]}`)
      }
    }
    // A lower-cased handle is a handle.
    const handle = claim.handle?.toLowerCase() as Handle | undefined
    const stored = { ...claim, handle, email: claim.email?.toLowerCase() }
    this.#claims.set(claim.did, { claim: stored, key: this.#tables.nextNumber('claimKey') })
  }

  release(did: Did, purpose: string): void {
    if (this.#claims.get(did)?.claim.purpose !== purpose) {
      throw new ConflictError('claim', `${did} has no claim for ${purpose}`)
    }
    this.#claims.delete(did)
  }

  has(did: Did): boolean {
    return this.#claims.has(did)
  }

  get dids(): readonly Did[] {
    return [...this.#claims.values()].map(({ claim }) => claim.did)
  }

  /** The claim on this handle or e-mail address, ignoring case. */
  holding(field: UniqueField, value: string | undefined): Claim | undefined {
    if (value === undefined) return undefined
    const wanted = value.toLowerCase()
    for (const { claim } of this.#claims.values()) if (claim[field] === wanted) return claim
    return undefined
  }
}

function claimTable(journal: Journal): JournaledMap<Did, { claim: Claim; key: number }> {
  return new JournaledMap(journal, (did) => did)
}
