/** The callers of methods, as handlers and areas see them. `access/` authenticates them. */
import type { Did } from '@atoll/syntax'
import type { AccessScope } from './sessions/session-tokens.ts'

/** A signed-in account. */
export interface AccountCaller {
  readonly kind: 'account'
  readonly did: Did
  readonly scope: AccessScope
}

/** An account, by a service token for the method that its own key signed. */
export interface SigningCaller {
  readonly kind: 'signing'
  readonly did: Did
}

/** The holder of a refresh token. */
export interface RefreshCaller {
  readonly kind: 'refresh'
  readonly did: Did
  readonly tokenId: string
}

/** Somebody without an account here, who may bring a DID. */
export interface Newcomer {
  readonly kind: 'newcomer'
  /** Whether it is the administrator, who makes accounts for others. */
  readonly isAdministrator: boolean
  /** Whether the request brings a token that may prove that the caller holds a DID. */
  readonly isSigned: boolean
  /**
   * Refuses unless the request is signed with the key of the DID, for this method of this server.
   */
  requireHolderOf(did: Did): Promise<void>
}

/** The administrator. */
export interface AdminCaller {
  readonly kind: 'admin'
}

/** The moderation service that the operator trusts. */
export interface TrustedModerator {
  readonly kind: 'moderator'
  readonly did: Did
}

/** Who may moderate: the administrator, or the moderation service that the operator trusts. */
export type ModeratorCaller = AdminCaller | TrustedModerator

/** A reader of public data. The owner and the administrator may see more. */
export type Reader = AccountCaller | AdminCaller | undefined

/** Whether the caller is the owner of `did` or the administrator. */
export function maySeeInactive(caller: Reader, did: Did): boolean {
  return caller?.kind === 'admin' || caller?.did === did
}
