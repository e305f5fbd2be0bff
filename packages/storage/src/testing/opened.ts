import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import type { BlobStore } from '../blobs/blob-store.ts'
import type { PdsStorage } from '../core/transaction.ts'

/** A fresh storage for one test. */
export interface OpenedStorage {
  storage: PdsStorage
  /** What a crash at this moment would leave, opened anew. The first storage is not used after that. */
  reopen(): Promise<PdsStorage>
  /** Closes whatever is open and removes what it kept. */
  close(): Promise<void>
  /** Makes the n-th write operation from now fail once, as a broken disk would; undefined ends it. Absent where that cannot be done. */
  failWrite?: (n: number | undefined) => void
}

/** Opens a storage; sequence numbers start from `now`. */
export type OpenStorage = (options?: { now?: () => number }) => Promise<OpenedStorage>

/** A fresh blob store for one test. */
export interface OpenedBlobStore {
  store: BlobStore
  /** What a crash at this moment would leave, opened anew. */
  reopen(): Promise<BlobStore>
  close(): Promise<void>
  /** Overwrites the permanent bytes of a blob with others behind the store's back, as a failing disk would. Absent where that cannot be done. */
  damage?: (did: Did, cid: Cid) => Promise<void>
  /** Removes the permanent bytes of a blob behind the store's back, as a restored backup would. Absent where that cannot be done. */
  lose?: (did: Did, cid: Cid) => Promise<void>
}

export type OpenBlobStore = (options?: { now?: () => number }) => Promise<OpenedBlobStore>

/** Tests that an adapter leaves out: the rule's name, and why. */
export type Exceptions = { readonly [rule: string]: string }
