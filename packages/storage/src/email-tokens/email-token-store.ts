import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/**
 * A code that was mailed to an account for one purpose, such as `confirm_email`. The code itself is
 * not stored.
 */
export interface EmailToken {
  did: Did
  purpose: string
  /** What the caller makes of the code: the same for the same code, and no way back to it. */
  codeHash: string
  expiresAt: Datetime
  /** How many wrong codes were given for this one. */
  wrongTries: number
}

/** A new token, for which no code was given yet. */
export type NewEmailToken = Omit<EmailToken, 'wrongTries'>

/** Committed e-mail tokens: the latest of each account and purpose. */
export interface EmailTokenStore {
  get(purpose: string, did: Did): Promise<EmailToken | undefined>
  byCodeHash(purpose: string, codeHash: string): Promise<EmailToken | undefined>
}

/** How a transaction changes e-mail tokens. */
export interface EmailTokenWrites {
  /** Replaces the account's earlier token for the same purpose. */
  put(token: NewEmailToken): void
  /**
   * Uses up a token: a code works once. `ConflictError('emailToken')` if it is gone or has been
   * replaced.
   */
  use(purpose: string, did: Did, codeHash: string): void
  /** Counts a wrong code. It is not an error if the token is gone or has been replaced. */
  countWrongTry(purpose: string, did: Did, codeHash: string): void
  /** Deletes every token of an account. */
  deleteAll(did: Did): void
}

/** E-mail tokens, as a part of a storage. */
export interface EmailTokenPart {
  readonly stores: { readonly emailTokens: EmailTokenStore }
  readonly writes: { readonly emailTokens: EmailTokenWrites }
}

export const emailTokenMethods: MethodNames<EmailTokenPart['writes']> = {
  emailTokens: { put: true, use: true, countWrongTry: true, deleteAll: true },
}
