import type { Did, Handle } from '@atoll/syntax'

/** Somebody who is about to join, with fields that were checked. */
export interface Applicant {
  readonly handle: Handle
  readonly email: string
  /** The identity that somebody brings. */
  readonly did: Did | undefined
  readonly inviteCode: string | undefined
  readonly verificationCode: string | undefined
  /** The client's network. */
  readonly network: string
}

/** Refuses a sign-up by rejecting. */
export type SignUpCheck = (applicant: Applicant) => Promise<void>
