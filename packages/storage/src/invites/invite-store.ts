import type { Datetime, Did } from '@atoll/syntax'
import type { Page } from '../repos/repo-store.ts'

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

/** Invite codes as committed. */
export interface InviteStore {
  get(code: string): Promise<InviteCode | undefined>
  /** Codes given to an account, oldest first. */
  ofAccount(forAccount: string): Promise<InviteCode[]>
  /** The code that an account was created with. */
  usedBy(did: Did): Promise<InviteCode | undefined>
  /** `recent`: newest first; `usage`: most used first. */
  list(options: { sort: 'recent' | 'usage'; cursor?: string; limit: number }): Promise<Page<InviteCode>>
}

/** The invite part of a transaction. */
export interface InviteWrites {
  /** A code that exists is a `ConflictError('inviteCode')`. */
  create(code: NewInviteCode): void
  /** `ConflictError('inviteCode')` when the code is unknown, disabled or used up. */
  use(code: string, use: InviteUse): void
  /** Undoes the use that `did` made of a code. It is not an error if there was none. */
  giveBack(code: string, did: Did): void
  /** Disables the codes named and those given to the accounts named. */
  disable(which: { codes?: readonly string[]; accounts?: readonly string[] }): void
}
