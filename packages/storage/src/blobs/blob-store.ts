import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'

/** A finished upload, still in its temporary place. */
export interface UploadedBlob {
  cid: Cid
  size: number
  /** The first bytes (up to 4,100), enough to tell the type of the content. */
  head: Uint8Array
}

/** Part of a blob: `start` and `end` (inclusive, as in HTTP) are cut to the blob's size. */
export interface ByteRange {
  start: number
  end?: number
}

/** The bytes of a blob on their way, in chunks into which nobody writes once they were handed over. */
export interface BlobStream extends AsyncIterable<Uint8Array> {
  /** Takes back a chunk at which the reader will not look again, so that its memory is free at once. A reader that keeps chunks does not call it. */
  release?(chunk: Uint8Array): void
}

export interface BlobBytes {
  /** Of the whole blob, whatever part is read. */
  size: number
  bytes: BlobStream
}

/** Bytes by account and content address. Under a CID there is the whole blob or nothing, crashes included. */
export interface BlobStore {
  /**
   * Streams bytes to a temporary place, hashing them on the way; resolves once they would survive a crash. Over `maxBytes`:
   * `BlobTooLargeError`. Whatever ends it early (limit, `signal`, source error) leaves nothing behind.
   */
  upload(did: Did, bytes: BlobStream, options?: { maxBytes?: number; signal?: AbortSignal }): Promise<UploadedBlob>
  /**
   * Gives uploads their permanent place, durably. An upload replaces what is there already, so that lost or damaged bytes are
   * restored. Without an upload, what is permanent stays as it is; a CID that is neither is a `BlobMissingError`.
   */
  makePermanent(did: Did, cids: readonly Cid[]): Promise<void>
  /** Reads a permanent blob, or part of it. */
  get(did: Did, cid: Cid, range?: ByteRange): Promise<BlobBytes | undefined>
  /** Reads a finished upload, permanent or not. */
  size(did: Did, cid: Cid): Promise<number | undefined>
  /** Permanent blobs are gone, also after a crash; uploads in progress are not touched. Deleting what is not there is no error. */
  delete(did: Did, cids: readonly Cid[]): Promise<void>
  /** Everything the account has, finished uploads included, is gone, also after a crash. */
  deleteAll(did: Did): Promise<void>
  /** Removes temporary bytes last written before `before`, what crashes left behind included; returns how many files went. */
  sweep(options: { before: Date }): Promise<number>
}
