import type { Block, Cid } from '@atoll/data-model'
import type { Head } from '@atoll/repo'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Account } from '../accounts/account-store.ts'
import type { BlobKey, StoredBlob } from '../blobs/blob-index.ts'
import type { Claim } from '../claims/claim-store.ts'
import type { EmailToken } from '../email-tokens/email-token-store.ts'
import type { StoredEvent } from '../events/event-log.ts'
import type { InviteUse, NewInviteCode } from '../invites/invite-store.ts'
import type { ReservedKey, SigningKey } from '../keys/key-store.ts'
import type { AppPassword, StoredRefreshToken } from '../sessions/session-store.ts'
import { Journal } from './journal.ts'
import { JournaledList } from './journaled-list.ts'
import { JournaledMap } from './journaled-map.ts'

export interface MemoryBlock {
  block: Block
  refs: number
  rev: Tid
}

export interface MemoryRecord {
  collection: Nsid
  rkey: RecordKey
  cid: Cid
  rev: Tid
  subject: string | undefined
}

export interface MemoryBlobReference extends Omit<MemoryRecord, 'subject'> {}

/** One repository: blocks by CID key, records and blob references by path. */
export interface MemoryRepo {
  did: Did
  /** Creation order. */
  key: number
  head: Head
  blocks: JournaledMap<string, MemoryBlock>
  records: JournaledMap<string, MemoryRecord>
  blobReferences: JournaledMap<string, readonly MemoryBlobReference[]>
}

export interface MemoryInvite extends NewInviteCode {
  disabled: boolean
  uses: readonly InviteUse[]
}

/** What no two accounts share, beside their DIDs. */
type UniqueField = 'handle' | 'email'

/** Everything a memory storage keeps; what is committed here is what would be on disk. */
export class MemoryTables {
  readonly journal = new Journal()
  readonly repos = this.#map<Did, MemoryRepo>()
  readonly blobs = this.#map<string, StoredBlob & { did: Did }>()
  /** Types of later uploads, apart from the first. */
  readonly otherBlobTypes = this.#map<string, readonly string[]>()
  readonly blobsPendingDeletion = this.#map<string, BlobKey>()
  /** Takedowns outlive the metadata of the blob. */
  readonly blobTakedowns = this.#map<string, string>()
  readonly accounts = this.#map<Did, { account: Account; key: number }>()
  readonly preferences = this.#map<Did, string>()
  readonly refreshTokens = this.#map<string, StoredRefreshToken>()
  readonly appPasswords = this.#map<string, AppPassword>()
  readonly invites = this.#map<string, MemoryInvite>()
  readonly emailTokens = this.#map<string, EmailToken>()
  readonly signingKeys = this.#map<Did, SigningKey>()
  readonly reservedKeys = this.#map<string, ReservedKey>()
  readonly claims = this.#map<Did, { claim: Claim; key: number }>()
  readonly state = this.#map<string, string>()
  /** Ascending by number. */
  readonly events = new JournaledList<StoredEvent>(this.journal)
  /** High-water marks: `last` and `horizon` of the event log, `repoKey`, `accountKey` and `claimKey`. */
  readonly marks = this.#map<string, number>()

  /** The account that has this handle or e-mail address, whatever its case. */
  accountWith(field: UniqueField, value: string | undefined): Account | undefined {
    if (value === undefined) return undefined
    const wanted = value.toLowerCase()
    for (const { account } of this.accounts.values()) if (account[field] === wanted) return account
    return undefined
  }

  /** The claim on this handle or e-mail address, whatever its case. */
  claimOn(field: UniqueField, value: string | undefined): Claim | undefined {
    if (value === undefined) return undefined
    const wanted = value.toLowerCase()
    for (const { claim } of this.claims.values()) if (claim[field] === wanted) return claim
    return undefined
  }

  #map<K, V>(): JournaledMap<K, V> {
    return new JournaledMap(this.journal)
  }
}
