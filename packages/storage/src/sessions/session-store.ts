import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** A refresh token's row: the token itself is signed elsewhere and carries the id. */
export interface StoredRefreshToken {
  id: string
  did: Did
  /** The same for every token that came from one sign-in. */
  lineage: string
  expiresAt: Datetime
  /** The successor, once rotated. */
  nextId: string | undefined
  /** Name of the app password that the lineage began with. */
  appPassword: string | undefined
}

export interface AppPassword {
  did: Did
  name: string
  passwordHash: string
  privileged: boolean
  createdAt: Datetime
}

/** Sessions and app passwords as committed. */
export interface SessionStore {
  get(id: string): Promise<StoredRefreshToken | undefined>
  /** Newest first. */
  appPasswords(did: Did): Promise<AppPassword[]>
}

/** How a transaction changes sessions and app passwords. Deleting what is not there is no error. */
export interface SessionWrites {
  create(token: StoredRefreshToken): void
  /**
   * Gives the token `id` its one successor, and an earlier end if `expiresAt` is earlier. `ConflictError('refreshToken')` when it is gone or
   * has a successor already: of racing rotations one wins, and the others read which.
   */
  rotate(rotation: { id: string; expiresAt: Datetime; next: StoredRefreshToken }): void
  delete(id: string): void
  deleteLineage(lineage: string): void
  deleteAll(did: Did): void
  /** Forgets tokens that expired before the given time. */
  deleteExpired(before: Datetime): void
  /** A name that the account uses already is a `ConflictError('appPassword')`. */
  addAppPassword(password: AppPassword): void
  /** The password and the tokens that came from it. */
  deleteAppPassword(did: Did, name: string): void
}

/** Sessions and app passwords, as a part of a storage. */
export interface SessionPart {
  readonly stores: { readonly sessions: SessionStore }
  readonly writes: { readonly sessions: SessionWrites }
}

export const sessionMethods: MethodNames<SessionPart['writes']> = {
  sessions: {
    create: true,
    rotate: true,
    delete: true,
    deleteLineage: true,
    deleteAll: true,
    deleteExpired: true,
    addAppPassword: true,
    deleteAppPassword: true,
  },
}
