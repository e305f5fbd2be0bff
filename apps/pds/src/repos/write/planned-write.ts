import type { BlobRef } from '@atoll/data-model'
import type { RecordWrite } from '@atoll/repo'
import type { BlobReference, RecordChange } from '@atoll/storage'
import type { Nsid, RecordKey } from '@atoll/syntax'
import type { KeyedRecord } from './prepare-record.ts'

/** One change that a request wants. */
export type PlannedWrite =
  | { readonly action: 'create' | 'update'; readonly record: KeyedRecord }
  | { readonly action: 'delete'; readonly collection: Nsid; readonly rkey: RecordKey }

/** Where a planned write goes. */
export function pathOf(write: PlannedWrite): string {
  const { collection, rkey } = write.action === 'delete' ? write : write.record
  return `${collection}/${rkey}`
}

/** The write as the tree takes it. */
export function repoWrite(write: PlannedWrite): RecordWrite {
  if (write.action === 'delete') return { action: 'delete', collection: write.collection, rkey: write.rkey }
  const { collection, rkey, cid, bytes } = write.record
  return { action: write.action, collection, rkey, cid, bytes }
}

/** The write as the record index takes it. */
export function recordChange(write: PlannedWrite): RecordChange {
  if (write.action === 'delete') return { collection: write.collection, rkey: write.rkey, cid: undefined }
  const { collection, rkey, cid, link } = write.record
  return { collection, rkey, cid, subject: link }
}

/** The blobs that the written record refers to. */
export function blobsOf(write: PlannedWrite): readonly BlobRef[] {
  return write.action === 'delete' ? [] : write.record.blobs
}

/** The same, as the index of blobs takes them. */
export function blobReferences(write: PlannedWrite): BlobReference[] {
  if (write.action === 'delete') return []
  const { collection, rkey, blobs } = write.record
  return blobs.map((blob) => ({ cid: blob.ref, collection, rkey }))
}
