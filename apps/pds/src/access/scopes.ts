import { Refused } from '../refused.ts'
import type { AccessScope } from '../sessions/session-tokens.ts'

const ownPassword = ['com.atproto.access'] as const
const anyPassword = [...ownPassword, 'com.atproto.appPassPrivileged', 'com.atproto.appPass'] as const

/** The scopes that a method takes, under the names that `routes.ts` uses. */
export const allowedScopes = {
  account: anyPassword,
  fullAccount: ownPassword,
  takendown: [...anyPassword, 'com.atproto.takendown'],
  /** Who waits for approval may only ask how long. */
  signedUp: [...anyPassword, 'com.atproto.signupQueued'],
} as const satisfies Record<string, readonly AccessScope[]>

/** Refuses a token whose scope does not cover the method. */
export function requireScope(scope: AccessScope, allowed: readonly AccessScope[]): void {
  if (!allowed.includes(scope)) throw new Refused('InvalidToken', 'Bad token scope')
}
