import type { BlobRef, Cid } from '@atoll/data-model'
import type { BlobReference, RecordChange } from '@atoll/storage'
import type { Nsid, RecordKey } from '@atoll/syntax'

/**
 * `valid` and `unknown` (no schema is known) as clients are told; undefined where they did not want
 * validation.
 */
export type ValidationStatus = 'valid' | 'unknown' | undefined

/** A record that may be written: checked and encoded. */
export interface PreparedRecord {
  readonly action: 'create' | 'update'
  readonly collection: Nsid
  /** Undefined where the server chooses the key, as it does when it writes. */
  readonly rkey: RecordKey | undefined
  readonly cid: Cid
  readonly bytes: Uint8Array
  readonly blobs: readonly BlobRef[]
  /** What the record is about, where an account has one such record for each subject. */
  readonly subject: RecordChange['subject']
  readonly validationStatus: ValidationStatus
}

/** A record with its key. */
export interface KeyedRecord extends PreparedRecord {
  readonly rkey: RecordKey
}

export interface RecordDeletion {
  readonly action: 'delete'
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly cid: undefined
}

/** One change that a request wants. */
export type WantedWrite = PreparedRecord | RecordDeletion

/**
 * One change of a commit. The tree (`RecordWrite`), the record index (`RecordChange`) and the
 * commits that are pending take it as it is: nothing is copied from one shape into another on the
 * way.
 */
export type Write = KeyedRecord | RecordDeletion

export function deletion(collection: Nsid, rkey: RecordKey): RecordDeletion {
  return { action: 'delete', collection, rkey, cid: undefined }
}

/** The blobs that the written record refers to. */
export function blobsOf(write: Write): readonly BlobRef[] {
  return write.action === 'delete' ? [] : write.blobs
}

/** The same, as the index of blobs takes them. */
export function blobReferences(write: Write): BlobReference[] {
  if (write.action === 'delete') return []
  const { collection, rkey, blobs } = write
  return blobs.map((blob) => ({ cid: blob.ref, collection, rkey }))
}
