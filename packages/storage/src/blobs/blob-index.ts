import type { Cid } from '@atoll/data-model'
import type { Datetime, Did, Tid } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'
import type { BlobReference } from '../repos/repo-change.ts'

/** How many types of repeated uploads are kept beside the first. */
export const maxOtherTypes = 16

/** What is known of an uploaded blob. */
export interface BlobMetadata {
  cid: Cid
  mimeType: string
  size: number
  createdAt: Datetime
}

/** Metadata with what became of the blob since. `mimeType` is that of its first upload. */
export interface StoredBlob extends BlobMetadata {
  /** No record has referred to it since it was uploaded. */
  temporary: boolean
  /** Reference of the moderation action that took it down. */
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

/** What records refer to and what was uploaded, by account. The bytes are in a `BlobStore`. */
export interface BlobIndex {
  get(did: Did, cid: Cid): Promise<StoredBlob | undefined>
  /** The types of later uploads that differ from the first, ascending. */
  otherTypes(did: Did, cid: Cid): Promise<string[]>
  /** The takedown of a blob, whether or not it is there now. */
  takedown(did: Did, cid: Cid): Promise<string | undefined>
  /** Blobs that records refer to (by a reference newer than `since`), ascending by CID bytes. `cursor` is the last CID seen, exclusive. */
  list(did: Did, options: { limit: number; cursor?: Cid; since?: Tid }): Promise<Cid[]>
  /** Records that refer to the blob, ascending by collection and record key. */
  references(did: Did, cid: Cid, options: { limit: number }): Promise<BlobReference[]>
  /** References to blobs that were never uploaded, one for each blob, ascending by CID bytes. `cursor` is exclusive. */
  missing(did: Did, options: { limit: number; cursor?: Cid }): Promise<BlobReference[]>
  /** Uploads that no record refers to: those that lost their last reference at once, temporary ones when created before `createdBefore`. */
  unreferenced(options: { did?: Did; createdBefore: Datetime; limit: number }): Promise<UnreferencedBlob[]>
  /** Blobs that were marked and not yet confirmed as deleted, by account and ascending by CID bytes: their bytes may still be there. */
  pendingDeletion(options: { limit: number }): Promise<BlobKey[]>
  /** Distinct blobs referred to, and how many of these were uploaded. */
  counts(did: Did): Promise<{ expected: number; imported: number }>
}

/** How a transaction changes the blob index. References come with `RepoChange`. */
export interface BlobIndexWrites {
  /**
   * An upload; it is temporary unless a record refers to it. Repeating one renews its time and keeps its takedown and its type. Another
   * type is stored beside the first, up to `maxOtherTypes` of them.
   */
  add(did: Did, blob: BlobMetadata): void
  setTakedown(did: Did, cid: Cid, takedown: string | undefined): void
  /**
   * Forgets those uploads that no record refers to and that, when temporary, were created before `createdBefore`; keeps the rest. What it forgets is
   * `pendingDeletion` until it is confirmed, so that a process that is stopped before the bytes are gone finds them again. Takedowns are kept.
   */
  markUnreferenced(did: Did, cids: readonly Cid[], createdBefore: Datetime): void
  /** Ends `pendingDeletion` of these: their bytes are gone, or were uploaded again. */
  confirmDeleted(did: Did, cids: readonly Cid[]): void
}

/** What is known of blobs, as a part of a storage. */
export interface BlobPart {
  readonly stores: { readonly blobs: BlobIndex }
  readonly writes: { readonly blobs: BlobIndexWrites }
}

export const blobMethods: MethodNames<BlobPart['writes']> = {
  blobs: { add: true, setTakedown: true, markUnreferenced: true, confirmDeleted: true },
}
