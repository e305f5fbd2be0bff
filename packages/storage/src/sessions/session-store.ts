import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** A refresh token's row: the token itself is signed elsewhere and carries the id. */
export interface StoredRefreshToken {
  id: string
  did: Did
  /** The same for all tokens that descend from one sign-in. */
  lineage: string
  expiresAt: Datetime
  /** The successor, once rotated. */
  nextId: string | undefined
  /** The name of the app password that was used to sign in. */
  appPassword: string | undefined
}

export interface AppPassword {
  did: Did
  name: string
  passwordHash: string
  privileged: boolean
  createdAt: Datetime
}

/** Committed sessions and app passwords. */
export interface SessionStore {
  get(id: string): Promise<StoredRefreshToken | undefined>
  /** Newest first. */
  appPasswords(did: Did): Promise<AppPassword[]>
}

/**
 * How a transaction changes sessions and app passwords. Deleting what is not there is not an error.
 */
export interface SessionWrites {
  create(token: StoredRefreshToken): void
  /**
   * Gives the token `id` its only successor, and `expiresAt` if that is earlier than its own.
   * `ConflictError('refreshToken')` if the token is gone or already has a successor: one of several
   * concurrent rotations wins, and the others can read its successor.
   */
  rotate(rotation: { id: string; expiresAt: Datetime; next: StoredRefreshToken }): void
  delete(id: string): void
  deleteLineage(lineage: string): void
  deleteAll(did: Did): void
  /** Deletes tokens that expired before the given time. */
  deleteExpired(before: Datetime): void
  /** `ConflictError('appPassword')` if the account already has one of this name. */
  addAppPassword(password: AppPassword): void
  /** Deletes the password and the tokens of its sessions. */
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
