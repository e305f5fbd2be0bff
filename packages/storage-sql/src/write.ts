import type { Intent } from '@atoll/storage'
import type { Routine } from './routine.ts'
import { accountWriter } from './stores/accounts.ts'
import { blobWriter } from './stores/blobs.ts'
import { claimWriter } from './stores/claims.ts'
import { emailTokenWriter } from './stores/email-tokens.ts'
import { eventWriter, type Numbering } from './stores/events.ts'
import { inviteWriter } from './stores/invites.ts'
import { keyWriter } from './stores/keys.ts'
import { repoWriter } from './stores/repo-writer.ts'
import { sessionWriter } from './stores/sessions.ts'
import { stateWriter } from './stores/state.ts'

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
