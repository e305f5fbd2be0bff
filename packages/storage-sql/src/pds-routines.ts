import type { PdsTransaction } from '@atoll/storage'
import { accountRoutines } from './accounts/sql-accounts.ts'
import { blobRoutines } from './blobs/sql-blob-index.ts'
import { claimRoutines } from './claims/sql-claims.ts'
import { didDocumentRoutines } from './did-documents/sql-did-documents.ts'
import { emailTokenRoutines } from './email-tokens/sql-email-tokens.ts'
import { eventRoutines, type Numbering } from './events/sql-events.ts'
import { importRoutines } from './imports/import-routines.ts'
import type { RoutinesOf } from './intents.ts'
import { inviteRoutines } from './invites/sql-invites.ts'
import { keyRoutines } from './keys/sql-keys.ts'
import { outboxRoutines } from './outbox/sql-outbox.ts'
import { recordRoutines } from './records/sql-records.ts'
import { repoRoutines } from './repos/repo-routines.ts'
import { secondFactorRoutines } from './second-factors/sql-second-factors.ts'
import { sessionRoutines } from './sessions/sql-sessions.ts'
import { stateRoutines } from './state/sql-state.ts'

/** The writers of a transaction of a PDS, whose events get their numbers from `numbering`. */
export function pdsRoutines(numbering: Numbering): {
  readonly [W in keyof PdsTransaction]: RoutinesOf<PdsTransaction[W]>
} {
  return {
    repo: repoRoutines,
    records: recordRoutines,
    blobs: blobRoutines,
    events: eventRoutines(numbering),
    accounts: accountRoutines,
    sessions: sessionRoutines,
    invites: inviteRoutines,
    emailTokens: emailTokenRoutines,
    keys: keyRoutines,
    claims: claimRoutines,
    didDocuments: didDocumentRoutines,
    outbox: outboxRoutines,
    secondFactors: secondFactorRoutines,
    imports: importRoutines,
    state: stateRoutines,
  }
}
