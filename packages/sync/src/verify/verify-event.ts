import type { AccountMessage, IdentityMessage, LegacyMessage, RepoMessage } from '../decode/messages.ts'
import { checkAnnouncement } from './check-source.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import type { AccountVerdict, CommitVerdict } from './verdict.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'
import { verifySyncEvent } from './verify-sync-event.ts'

/**
 * Verifies an `#identity`, or one of the kinds that it replaced. What it says is never taken for
 * true: it only makes `signingKeyOf` ask the source again.
 */
export async function verifyIdentityEvent(
  message: IdentityMessage | LegacyMessage,
  options: VerifyOptions,
): Promise<AccountVerdict> {
  return (await checkAnnouncement(message.did, options)) ?? { outcome: 'accept', warnings: [] }
}

/** Verifies an `#account`: only the account's own host may say it. */
export async function verifyAccountEvent(message: AccountMessage, options: VerifyOptions): Promise<AccountVerdict> {
  return (await checkAnnouncement(message.did, options)) ?? { outcome: 'accept', warnings: [] }
}

/** Verifies a message of any kind. */
export function verifyEvent(
  message: RepoMessage,
  remembered: Remembered,
  options: VerifyOptions,
): Promise<CommitVerdict | AccountVerdict> {
  switch (message.kind) {
    case 'commit':
      return verifyCommitEvent(message, remembered, options)
    case 'sync':
      return verifySyncEvent(message, remembered, options)
    case 'account':
      return verifyAccountEvent(message, options)
    default:
      return verifyIdentityEvent(message, options)
  }
}
