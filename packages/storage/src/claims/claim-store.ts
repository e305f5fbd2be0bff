import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

/**
 * Unique values that an account is about to have, kept for it while something outside the database (a directory of DIDs) is told.
 * Nobody else gets them until the claim is released.
 */
export interface Claim {
  /** The account, or the one that is being made. It has one claim at a time. */
  did: Did
  /** What is under way. `release` has to name it, so that a claim for another purpose is not released by mistake. */
  purpose: string
  handle: Handle | undefined
  email: string | undefined
  /** What is needed to finish what was begun, or to undo it. The storage does not look into it. */
  details: string
  claimedAt: Datetime
}

/** Claims as committed. */
export interface ClaimStore {
  of(did: Did): Promise<Claim | undefined>
  byHandle(handle: string): Promise<Claim | undefined>
  byEmail(email: string): Promise<Claim | undefined>
  /** Claims older than `before`, in the order in which they were added. */
  list(options: { before: Datetime; cursor?: string; limit: number }): Promise<Page<Claim>>
}

/**
 * How a transaction changes claims. A value is never claimed by one DID while the account of another has it: `add` looks at the accounts,
 * and `AccountWrites` at the claims. Where transactions run side by side, each has to see what the other did.
 */
export interface ClaimWrites {
  /**
   * `ConflictError('claim')` when the DID has a claim already; with `handle` or `email` when the value is claimed, or belongs to the
   * account of another DID.
   */
  add(claim: Claim): void
  /** Ends the claim that a DID has for this purpose: `ConflictError('claim')` when there is none. */
  release(did: Did, purpose: string): void
}

/** Claims, as a part of a storage. */
export interface ClaimPart {
  readonly stores: { readonly claims: ClaimStore }
  readonly writes: { readonly claims: ClaimWrites }
}

export const claimMethods: MethodNames<ClaimPart['writes']> = {
  claims: { add: true, release: true },
}
