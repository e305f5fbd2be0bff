import { accountStoreSuite } from './account-store.ts'
import { blobIndexSuite } from './blob-index.ts'
import { claimStoreSuite } from './claim-store.ts'
import { emailTokenStoreSuite } from './email-token-store.ts'
import { eventLogSuite } from './event-log.ts'
import { inviteStoreSuite } from './invite-store.ts'
import { keyStoreSuite } from './key-store.ts'
import type { Exceptions, OpenStorage } from './opened.ts'
import { recordStoreSuite } from './record-store.ts'
import { repoStoreSuite } from './repo-store.ts'
import { sessionStoreSuite } from './session-store.ts'
import { stateStoreSuite } from './state-store.ts'
import { transactionSuite } from './transaction.ts'

/** Every rule of `Storage` and of the stores in it: what an adapter has to pass. */
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
