import { Refused } from '../refused.ts'
import type { AccessScope } from '../sessions/session-tokens.ts'

/** Refuses a token whose scope does not cover the method. */
export function requireScope(scope: AccessScope): void {
  // A taken-down account may only appeal, and no method for that is served yet. Who waits for
  // approval may only ask how long.
  if (scope === 'com.atproto.takendown' || scope === 'com.atproto.signupQueued')
    throw new Refused('InvalidToken', 'Bad token scope')
}
