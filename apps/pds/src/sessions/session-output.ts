import { type Account, accountStatus } from '@atoll/storage'
import type { Did, Handle } from '@atoll/syntax'

export interface SessionOutput {
  did: Did
  handle: Handle
  email: string | undefined
  emailConfirmed: boolean
  active: boolean
  status?: 'takendown' | 'deactivated'
}

/** What the session methods return about an account. */
export function sessionOutput(account: Account): SessionOutput {
  const status = accountStatus(account)
  return {
    did: account.did,
    handle: account.handle ?? 'handle.invalid',
    email: account.email,
    emailConfirmed: account.emailConfirmedAt !== undefined,
    active: status === 'active',
    ...(status === 'active' ? {} : { status }),
  }
}

/** What they return about somebody whose sign-up waits for approval: an account that is not active. */
export function waitingOutput({ did, handle, email }: Pick<SessionOutput, 'did' | 'handle' | 'email'>): SessionOutput {
  return { did, handle, email, emailConfirmed: false, active: false }
}
