import { type AccountPart, accountMethods } from '../accounts/account-store.ts'
import { type BlobPart, blobMethods } from '../blobs/blob-index.ts'
import { type ClaimPart, claimMethods } from '../claims/claim-store.ts'
import type { MethodNames, StorageOf } from '../core/storage.ts'
import { type DidDocumentPart, didDocumentMethods } from '../did-documents/did-document-store.ts'
import { type EmailTokenPart, emailTokenMethods } from '../email-tokens/email-token-store.ts'
import type { ErasurePart } from '../erasure/erasure.ts'
import { type EventPart, eventMethods } from '../events/event-log.ts'
import { type ImportPart, importMethods } from '../imports/import-store.ts'
import { type InvitePart, inviteMethods } from '../invites/invite-store.ts'
import { type KeyPart, keyMethods } from '../keys/key-store.ts'
import { type OutboxPart, outboxMethods } from '../outbox/outbox-store.ts'
import { type RecordPart, recordMethods } from '../records/record-store.ts'
import { type RepoPart, repoMethods } from '../repos/repo-store.ts'
import { type SecondFactorPart, secondFactorMethods } from '../second-factors/second-factor-store.ts'
import { type SessionPart, sessionMethods } from '../sessions/session-store.ts'
import { type StatePart, stateMethods } from '../state/state-store.ts'

/** The parts of a PDS's storage. */
export type PdsParts = RepoPart &
  RecordPart &
  BlobPart &
  EventPart &
  AccountPart &
  SessionPart &
  InvitePart &
  EmailTokenPart &
  KeyPart &
  ClaimPart &
  DidDocumentPart &
  OutboxPart &
  SecondFactorPart &
  ImportPart &
  StatePart &
  ErasurePart

/** Everything a PDS keeps, except the bytes of blobs. */
export type PdsStorage = StorageOf<PdsParts>

/** What a transaction of a PDS may change. */
export type PdsTransaction = PdsParts['writes']

export const pdsMethods: MethodNames<PdsTransaction> = {
  ...repoMethods,
  ...recordMethods,
  ...blobMethods,
  ...eventMethods,
  ...accountMethods,
  ...sessionMethods,
  ...inviteMethods,
  ...emailTokenMethods,
  ...keyMethods,
  ...claimMethods,
  ...didDocumentMethods,
  ...outboxMethods,
  ...secondFactorMethods,
  ...importMethods,
  ...stateMethods,
}
