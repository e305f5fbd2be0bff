import type { AccountMessage, IdentityMessage, LegacyMessage, RepoMessage } from '../decode/messages.ts'
import { checkHostAnew } from './check-source.ts'
import type { ContentVerdict, PlainVerdict, Remembered, Verifying } from './verdict.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'
import { verifySyncEvent } from './verify-sync-event.ts'

/**
 * Judges an `#identity`, or one of the kinds that it replaced. What it says is never taken for true: it only makes
 * `signingKeyOf` ask the source again.
 */
export async function verifyIdentityEvent(
  message: IdentityMessage | LegacyMessage,
  verifying: Verifying,
): Promise<PlainVerdict> {
  return (await checkHostAnew(message.did, verifying)) ?? { outcome: 'accept', warnings: [] }
}

/** Judges an `#account`: only the account's own host may say it. */
export async function verifyAccountEvent(message: AccountMessage, verifying: Verifying): Promise<PlainVerdict> {
  return (await checkHostAnew(message.did, verifying)) ?? { outcome: 'accept', warnings: [] }
}

/** Judges a message of any kind. */
export async function verifyEvent(
  message: RepoMessage,
  remembered: Remembered,
  verifying: Verifying,
): Promise<ContentVerdict | PlainVerdict> {
  switch (message.kind) {
    case 'commit':
      return verifyCommitEvent(message, remembered, verifying)
    case 'sync':
      return verifySyncEvent(message, remembered, verifying)
    case 'account':
      return verifyAccountEvent(message, verifying)
    default:
      return verifyIdentityEvent(message, verifying)
  }
}
