import type { Datetime, Did } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

export interface InviteUse {
  usedBy: Did
  usedAt: Datetime
}

export interface NewInviteCode {
  code: string
  availableUses: number
  /** The account it was given to, or `admin`. */
  forAccount: string
  createdBy: string
  createdAt: Datetime
}

export interface InviteCode extends NewInviteCode {
  disabled: boolean
  /** Oldest first. */
  uses: InviteUse[]
}

/** Committed invite codes. */
export interface InviteStore {
  get(code: string): Promise<InviteCode | undefined>
  /** Codes given to an account, oldest first. */
  ofAccount(forAccount: string): Promise<InviteCode[]>
  /** The code that an account was created with. */
  usedBy(did: Did): Promise<InviteCode | undefined>
  /** `recent`: newest first; `usage`: most used first. */
  list(options: { sort: 'recent' | 'usage'; cursor?: string; limit: number }): Promise<Page<InviteCode>>
}

/** How a transaction changes invite codes. */
export interface InviteWrites {
  /** `ConflictError('inviteCode')` if the code exists. */
  create(code: NewInviteCode): void
  /** `ConflictError('inviteCode')` when the code is unknown, disabled or used up. */
  use(code: string, use: InviteUse): void
  /** Undoes the use of a code by `did`, if there was one. */
  giveBack(code: string, did: Did): void
  /**
   * `ConflictError('inviteCode')` unless the account has made, for itself, exactly `count` codes by
   * now: of transactions that race to make what it has earned, one commits.
   */
  requireMade(did: Did, count: number): void
  /** Disables these codes, and those given to these accounts. */
  disable(which: { codes?: readonly string[]; accounts?: readonly string[] }): void
}

/** Invite codes, as a part of a storage. */
export interface InvitePart {
  readonly stores: { readonly invites: InviteStore }
  readonly writes: { readonly invites: InviteWrites }
}

export const inviteMethods: MethodNames<InvitePart['writes']> = {
  invites: { create: true, use: true, giveBack: true, requireMade: true, disable: true },
}
