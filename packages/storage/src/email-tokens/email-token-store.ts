import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** A code that was mailed to an account for one purpose, such as `confirm_email`. Codes are stored in upper case. */
export interface EmailToken {
  did: Did
  purpose: string
  code: string
  expiresAt: Datetime
}

/** Mailed codes as committed: the latest of each account and purpose. */
export interface EmailTokenStore {
  get(purpose: string, did: Did): Promise<EmailToken | undefined>
  /** Finds the account of a code, whatever the case it is typed in. */
  byCode(purpose: string, code: string): Promise<EmailToken | undefined>
}

/** How a transaction changes e-mail tokens. */
export interface EmailTokenWrites {
  /** Replaces the account's earlier token of the purpose. */
  put(token: EmailToken): void
  /** Uses a token up. `ConflictError('emailToken')` when it is gone or another took its place: a code works once. */
  use(purpose: string, did: Did, code: string): void
}

/** Mailed codes, as a part of a storage. */
export interface EmailTokenPart {
  readonly stores: { readonly emailTokens: EmailTokenStore }
  readonly writes: { readonly emailTokens: EmailTokenWrites }
}

export const emailTokenMethods: MethodNames<EmailTokenPart['writes']> = {
  emailTokens: { put: true, use: true },
}
