import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'

/** A finished upload, still in its temporary place. */
export interface UploadedBlob {
  cid: Cid
  size: number
  /** The first bytes (up to 4,100), enough to tell the type of the content. */
  head: Uint8Array
}

/** Part of a blob: `start` and `end` (inclusive, as in HTTP) are clamped to the blob's size. */
export interface ByteRange {
  start: number
  end?: number
}

/** The bytes of a blob as a stream of chunks, which are not written to after they were yielded. */
export interface BlobStream extends AsyncIterable<Uint8Array> {
  /**
   * Releases a chunk that the reader no longer needs, so that its memory is freed at once. A reader
   * that keeps chunks does not call it.
   */
  release?(chunk: Uint8Array): void
}

export interface BlobBytes {
  /** Of the whole blob, whatever part is read. */
  size: number
  bytes: BlobStream
}

/**
 * Bytes by account and content address. Under a CID there is the whole blob or nothing, even after
 * a crash.
 */
export interface BlobStore {
  /**
   * Streams bytes to a temporary place, hashing them on the way; resolves once they would survive a
   * crash. More than `maxBytes` is a `BlobTooLargeError`. An upload that ends early (limit,
   * `signal`, source error) leaves nothing behind.
   */
  upload(did: Did, bytes: BlobStream, options?: { maxBytes?: number; signal?: AbortSignal }): Promise<UploadedBlob>
  /**
   * Moves uploads to their permanent place, durably. An upload replaces permanent bytes, so that
   * lost or damaged ones are restored; a permanent blob without an upload stays as it is. A CID
   * without either is a `BlobMissingError`.
   */
  makePermanent(did: Did, cids: readonly Cid[]): Promise<void>
  /** Reads a permanent blob, or part of it. */
  get(did: Did, cid: Cid, range?: ByteRange): Promise<BlobBytes | undefined>
  /** The size in bytes of a permanent blob or of a finished upload; undefined without either. */
  size(did: Did, cid: Cid): Promise<number | undefined>
  /**
   * Deletes permanent blobs, durably; uploads are not touched. Deleting what is not there is not an
   * error.
   */
  delete(did: Did, cids: readonly Cid[]): Promise<void>
  /** Deletes everything of an account, finished uploads included, durably. */
  deleteAll(did: Did): Promise<void>
  /**
   * Removes temporary bytes last written before `before`, including those left behind by crashes;
   * returns how many files it removed.
   */
  sweep(options: { before: Date }): Promise<number>
}
