import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

/**
 * Unique values that an account is about to have, reserved for it while another system, such as the
 * PLC directory, is updated. No other account can take them until the claim is released.
 */
export interface Claim {
  /** The account, which may not exist yet. It has at most one claim. */
  did: Did
  /**
   * The operation in progress. `release` has to name it, so that a claim for another purpose is not
   * released by mistake.
   */
  purpose: string
  handle: Handle | undefined
  email: string | undefined
  /** Whatever is needed to finish the operation or to undo it. Opaque to the storage. */
  details: string
  claimedAt: Datetime
}

/** Committed claims. */
export interface ClaimStore {
  of(did: Did): Promise<Claim | undefined>
  byHandle(handle: string): Promise<Claim | undefined>
  byEmail(email: string): Promise<Claim | undefined>
  /**
   * Claims older than `before`, in the order in which they were added; with `purpose`, only those
   * for it.
   */
  list(options: { before: Datetime; purpose?: string; cursor?: string; limit: number }): Promise<Page<Claim>>
  /** How many claims there are for a purpose. */
  count(purpose: string): Promise<number>
  /**
   * How many claims for the same purpose were added before that of `did`. Undefined if it has none.
   */
  countBefore(did: Did): Promise<number | undefined>
}

/**
 * How a transaction changes claims. A value is never claimed by one DID while the account of
 * another has it: `add` checks the accounts, and `AccountWrites` the claims. Where transactions run
 * concurrently, each has to see what the other wrote.
 */
export interface ClaimWrites {
  /**
   * `ConflictError('claim')` if the DID already has a claim; `ConflictError('handle')` or
   * `('email')` if the value is claimed, or belongs to the account of another DID.
   */
  add(claim: Claim): void
  /**
   * Deletes the claim that a DID has for this purpose. `ConflictError('claim')` if there is none.
   */
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
