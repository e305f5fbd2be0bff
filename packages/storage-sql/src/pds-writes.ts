import type { Intent } from '@atoll/storage'
import { accountWrites } from './accounts/sql-accounts.ts'
import { blobWrites } from './blobs/sql-blob-index.ts'
import { claimWrites } from './claims/sql-claims.ts'
import { emailTokenWrites } from './email-tokens/sql-email-tokens.ts'
import { eventWrites, type Numbering } from './events/sql-events.ts'
import { inviteWrites } from './invites/sql-invites.ts'
import { keyWrites } from './keys/sql-keys.ts'
import { repoWrites } from './repos/repo-writes.ts'
import type { Routine } from './routine.ts'
import { sessionWrites } from './sessions/sql-sessions.ts'
import { stateWrites } from './state/sql-state.ts'

type Writers = Record<Intent[0], Record<string, (...args: never[]) => Routine<void>>>

const writers: Writers = {
  repo: repoWrites,
  blobs: blobWrites,
  events: eventWrites,
  accounts: accountWrites,
  sessions: sessionWrites,
  invites: inviteWrites,
  emailTokens: emailTokenWrites,
  keys: keyWrites,
  claims: claimWrites,
  state: stateWrites,
}

/** Everything that one transaction noted down, in order. The host makes it atomic. */
export function* writeIntents(intents: readonly Intent[], numbering: Numbering): Routine<void> {
  for (const [writer, method, args] of intents) {
    // The recorder took the arguments from a typed call of this very method; events also get their numbering.
    const write = writers[writer][method] as (...args: readonly unknown[]) => Routine<void>
    yield* write(...args, numbering)
  }
}
