import { type Account, accountStatus } from '@atoll/storage'
import type { Did, Handle } from '@atoll/syntax'
import type { AccessScope } from './session-tokens.ts'

export interface SessionOutput {
  did: Did
  handle: Handle
  email?: string | undefined
  emailConfirmed?: boolean
  emailAuthFactor?: boolean
  active: boolean
  status?: 'takendown' | 'deactivated'
}

/** What the session methods return about an account. */
export function sessionOutput(account: Account, takesEmailCode: boolean): SessionOutput {
  const status = accountStatus(account)
  return {
    did: account.did,
    handle: account.handle ?? 'handle.invalid',
    email: account.email,
    emailConfirmed: account.emailConfirmedAt !== undefined,
    ...(takesEmailCode ? { emailAuthFactor: true } : {}),
    active: status === 'active',
    ...(status === 'active' ? {} : { status }),
  }
}

/**
 * The same for a session that continues: that of an app password is not told the e-mail address.
 */
export function sessionOutputFor(scope: AccessScope, account: Account, takesEmailCode: boolean): SessionOutput {
  const output = sessionOutput(account, takesEmailCode)
  if (scope === 'com.atproto.access') return output
  const { email: _, emailConfirmed: __, emailAuthFactor: ___, ...rest } = output
  return rest
}

/**
 * What they return about somebody whose sign-up waits for approval: an account that is not active.
 */
export function waitingOutput({ did, handle, email }: Pick<SessionOutput, 'did' | 'handle' | 'email'>): SessionOutput {
  return { did, handle, email, emailConfirmed: false, active: false }
}
