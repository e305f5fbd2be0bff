import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/**
 * A code that was mailed to an account for one purpose, such as `confirm_email`. Codes are stored
 * in upper case.
 */
export interface EmailToken {
  did: Did
  purpose: string
  code: string
  expiresAt: Datetime
}

/** Committed e-mail tokens: the latest of each account and purpose. */
export interface EmailTokenStore {
  get(purpose: string, did: Did): Promise<EmailToken | undefined>
  /** Finds a token by its code, ignoring case. */
  byCode(purpose: string, code: string): Promise<EmailToken | undefined>
}

/** How a transaction changes e-mail tokens. */
export interface EmailTokenWrites {
  /** Replaces the account's earlier token for the same purpose. */
  put(token: EmailToken): void
  /**
   * Uses up a token: a code works once. `ConflictError('emailToken')` if it is gone or has been
   * replaced.
   */
  use(purpose: string, did: Did, code: string): void
}

/** E-mail tokens, as a part of a storage. */
export interface EmailTokenPart {
  readonly stores: { readonly emailTokens: EmailTokenStore }
  readonly writes: { readonly emailTokens: EmailTokenWrites }
}

export const emailTokenMethods: MethodNames<EmailTokenPart['writes']> = {
  emailTokens: { put: true, use: true },
}
