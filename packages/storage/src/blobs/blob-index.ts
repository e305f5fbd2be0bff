import type { Cid } from '@atoll/data-model'
import type { Datetime, Did, Tid } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'
import type { BlobReference } from '../repos/repo-change.ts'
import type { BlobUsageStore } from './blob-usage.ts'

/** How many types are kept in addition to that of the first upload. */
export const maxOtherTypes = 16

/** What is known of an uploaded blob. */
export interface BlobMetadata {
  cid: Cid
  mimeType: string
  size: number
  createdAt: Datetime
}

/** Metadata with the current state of the blob. `mimeType` is that of its first upload. */
export interface StoredBlob extends BlobMetadata {
  /** No record has referred to it since it was uploaded. */
  temporary: boolean
  /** The reference of the moderation action that took it down. */
  takedown: string | undefined
}

/** A blob of an account. */
export interface BlobKey {
  did: Did
  cid: Cid
}

/** A blob that no record refers to. */
export interface UnreferencedBlob extends BlobKey {
  temporary: boolean
}

/**
 * The blobs that were uploaded and those that records refer to, by account. The bytes are in a
 * `BlobStore`.
 */
export interface BlobIndex {
  get(did: Did, cid: Cid): Promise<StoredBlob | undefined>
  /** The types of later uploads, where they differ from that of the first, ascending. */
  otherTypes(did: Did, cid: Cid): Promise<string[]>
  /** The takedown of a blob, whether or not the blob is there. */
  takedown(did: Did, cid: Cid): Promise<string | undefined>
  /**
   * Blobs between `first` and `last`, both included, that are taken down, ascending by CID bytes,
   * whether or not they are there.
   */
  takendown(did: Did, range: { readonly first: Cid; readonly last: Cid }): Promise<Cid[]>
  /**
   * Blobs that records refer to, with `since` only those whose reference is newer, ascending by CID
   * bytes. `cursor` is the last CID seen, exclusive.
   */
  list(did: Did, options: { limit: number; cursor?: Cid; since?: Tid }): Promise<Cid[]>
  /**
   * Records that refer to the blob, ascending by collection and record key. `after` is the last one
   * seen, exclusive.
   */
  references(
    did: Did,
    cid: Cid,
    options: { limit: number; after?: { collection: string; rkey: string } },
  ): Promise<BlobReference[]>
  /**
   * References to blobs that were never uploaded, one for each blob, ascending by CID bytes.
   * `cursor` is exclusive.
   */
  missing(did: Did, options: { limit: number; cursor?: Cid }): Promise<BlobReference[]>
  /**
   * Uploads that no record refers to: those that have lost their last reference, and temporary ones
   * created before `createdBefore`.
   */
  unreferenced(options: { did?: Did; createdBefore: Datetime; limit: number }): Promise<UnreferencedBlob[]>
  /**
   * Blobs that were marked and not yet confirmed as deleted, ascending by account and CID bytes:
   * their bytes may still be there.
   */
  pendingDeletion(options: { limit: number }): Promise<BlobKey[]>
  /** How many distinct blobs records refer to, and how many of those were uploaded. */
  counts(did: Did): Promise<{ expected: number; imported: number }>
}

/** How a transaction changes the blob index. References come with `RepoChange`. */
export interface BlobIndexWrites {
  /**
   * Adds an upload, which is temporary unless a record refers to it. A repeated upload renews the
   * time and keeps the type; if its type is another one, that is stored as well, up to
   * `maxOtherTypes` of them. `ConflictError('blobTakedown')` if it was taken down, and with
   * `blobQuota` if the account did not have it and would store more bytes than its own quota or,
   * without one, than `quota`.
   */
  add(did: Did, blob: BlobMetadata, options?: { quota?: number | undefined }): void
  /** The most bytes that the account may store; undefined lets the usual quota apply again. */
  setQuota(did: Did, bytes: number | undefined): void
  setTakedown(did: Did, cid: Cid, takedown: string | undefined): void
  /**
   * Deletes those uploads that no record refers to and that, if temporary, were created before
   * `createdBefore`; keeps the rest. They are in `pendingDeletion` until they are confirmed, so
   * that a process that is stopped before it has deleted the bytes finds them again. Takedowns are
   * kept.
   */
  markUnreferenced(did: Did, cids: readonly Cid[], createdBefore: Datetime): void
  /** Removes these from `pendingDeletion`: their bytes are gone, or were uploaded again. */
  confirmDeleted(did: Did, cids: readonly Cid[]): void
}

/** The blob index, as a part of a storage. */
export interface BlobPart {
  readonly stores: { readonly blobs: BlobIndex; readonly blobUsage: BlobUsageStore }
  readonly writes: { readonly blobs: BlobIndexWrites }
}

export const blobMethods: MethodNames<BlobPart['writes']> = {
  blobs: { add: true, setQuota: true, setTakedown: true, markUnreferenced: true, confirmDeleted: true },
}
