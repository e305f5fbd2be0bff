import { accountStoreSuite } from '../accounts/account-store-suite.ts'
import { blobIndexSuite } from '../blobs/blob-index-suite.ts'
import { claimStoreSuite } from '../claims/claim-store-suite.ts'
import { emailTokenStoreSuite } from '../email-tokens/email-token-store-suite.ts'
import { eventLogSuite } from '../events/event-log-suite.ts'
import { inviteStoreSuite } from '../invites/invite-store-suite.ts'
import { keyStoreSuite } from '../keys/key-store-suite.ts'
import { recordStoreSuite } from '../records/record-store-suite.ts'
import { repoStoreSuite } from '../repos/repo-store-suite.ts'
import { sessionStoreSuite } from '../sessions/session-store-suite.ts'
import { stateStoreSuite } from '../state/state-store-suite.ts'
import type { Exceptions, OpenStorage } from '../testing/opened.ts'
import { transactionSuite } from './transaction-suite.ts'

/** Every rule of `PdsStorage` and of the stores in it: what an adapter has to pass. */
export function storageSuite(name: string, open: OpenStorage, except: Exceptions = {}): void {
  transactionSuite(name, open, except)
  repoStoreSuite(name, open, except)
  recordStoreSuite(name, open, except)
  blobIndexSuite(name, open, except)
  eventLogSuite(name, open, except)
  accountStoreSuite(name, open, except)
  sessionStoreSuite(name, open, except)
  inviteStoreSuite(name, open, except)
  emailTokenStoreSuite(name, open, except)
  keyStoreSuite(name, open, except)
  claimStoreSuite(name, open, except)
  stateStoreSuite(name, open, except)
}
