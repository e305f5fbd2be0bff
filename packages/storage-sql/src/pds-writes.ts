import type { Intent } from '@atoll/storage'
import { accountWriter } from './accounts/sql-accounts.ts'
import { blobWriter } from './blobs/sql-blob-index.ts'
import { claimWriter } from './claims/sql-claims.ts'
import { emailTokenWriter } from './email-tokens/sql-email-tokens.ts'
import { eventWriter, type Numbering } from './events/sql-events.ts'
import { inviteWriter } from './invites/sql-invites.ts'
import { keyWriter } from './keys/sql-keys.ts'
import { repoWriter } from './repos/repo-writes.ts'
import type { Routine } from './routine.ts'
import { sessionWriter } from './sessions/sql-sessions.ts'
import { stateWriter } from './state/sql-state.ts'

type Writers = Record<Intent[0], Record<string, (...args: never[]) => Routine<void>>>

const writers: Writers = {
  repo: repoWriter,
  blobs: blobWriter,
  events: eventWriter,
  accounts: accountWriter,
  sessions: sessionWriter,
  invites: inviteWriter,
  emailTokens: emailTokenWriter,
  keys: keyWriter,
  claims: claimWriter,
  state: stateWriter,
}

/** Everything that one transaction noted down, in order. The host makes it atomic. */
export function* writeIntents(intents: readonly Intent[], numbering: Numbering): Routine<void> {
  for (const [writer, method, args] of intents) {
    // The recorder took the arguments from a typed call of this very method; events also get their numbering.
    const write = writers[writer][method] as (...args: readonly unknown[]) => Routine<void>
    yield* write(...args, numbering)
  }
}
