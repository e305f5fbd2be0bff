import type { Cid } from '@atoll/data-model'
import type { Datetime, Did, Tid } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareBytes, compareText } from '../core/order.ts'
import {
  blobKey,
  type MemoryBlobReference,
  type MemoryRepoTable,
  ownerOfBlob,
  referredBlobTable,
  repoTable,
} from '../repos/memory-repo.ts'
import type { BlobReference } from '../repos/repo-change.ts'
import {
  type BlobIndex,
  type BlobIndexWrites,
  type BlobKey,
  type BlobMetadata,
  maxOtherTypes,
  type StoredBlob,
  type UnreferencedBlob,
} from './blob-index.ts'
import { type MemoryBlob, memoryBlobTable, quotaTable } from './memory-blob-tables.ts'

interface BlobTakedown extends BlobKey {
  readonly reference: string
}

export class MemoryBlobIndex implements BlobIndex, BlobIndexWrites {
  readonly #repos: MemoryRepoTable
  readonly #referred: JournaledMap<string, true>
  readonly #blobs: JournaledMap<string, MemoryBlob>
  readonly #quotas: JournaledMap<Did, number>
  readonly #otherTypes: JournaledMap<string, readonly string[]>
  readonly #takedowns: JournaledMap<string, BlobTakedown>
  readonly #pendingDeletion: JournaledMap<string, BlobKey>

  constructor(tables: MemoryTables) {
    this.#repos = tables.of(repoTable)
    this.#referred = tables.of(referredBlobTable)
    this.#blobs = tables.of(memoryBlobTable)
    this.#quotas = tables.of(quotaTable)
    this.#otherTypes = tables.of(otherTypeTable)
    this.#takedowns = tables.of(takedownTable)
    this.#pendingDeletion = tables.of(pendingDeletionTable)
  }

  async get(did: Did, cid: Cid): Promise<StoredBlob | undefined> {
    const blob = this.#blobs.get(blobKey(did, cid))
    if (!blob) return undefined
    const { did: _, ...metadata } = blob
    return {
      ...metadata,
      temporary: this.#isTemporary(blob),
      takedown: this.#takedowns.get(blobKey(did, cid))?.reference,
    }
  }

  async otherTypes(did: Did, cid: Cid): Promise<string[]> {
    return [...(this.#otherTypes.get(blobKey(did, cid)) ?? [])]
  }

  async takedown(did: Did, cid: Cid): Promise<string | undefined> {
    return this.#takedowns.get(blobKey(did, cid))?.reference
  }

  async takendown(did: Did, { first, last }: { readonly first: Cid; readonly last: Cid }): Promise<Cid[]> {
    return [...this.#takedowns.values()]
      .filter((takedown) => takedown.did === did)
      .map(({ cid }) => cid)
      .filter(({ bytes }) => compareBytes(bytes, first.bytes) >= 0 && compareBytes(bytes, last.bytes) <= 0)
      .sort((a, b) => compareBytes(a.bytes, b.bytes))
  }

  async list(did: Did, options: { limit: number; cursor?: Cid; since?: Tid }): Promise<Cid[]> {
    const { since } = options
    const newer = this.#references(did).filter((reference) => since === undefined || reference.rev > since)
    return onePerBlob(newer, options.cursor)
      .slice(0, options.limit)
      .map((reference) => reference.cid)
  }

  async references(
    did: Did,
    cid: Cid,
    { limit, after }: { limit: number; after?: { collection: string; rkey: string } },
  ): Promise<BlobReference[]> {
    return this.#references(did)
      .filter((reference) => reference.cid.equals(cid))
      .filter(({ collection, rkey }) => {
        if (!after) return true
        return (compareText(collection, after.collection) || compareText(rkey, after.rkey)) > 0
      })
      .sort((a, b) => compareText(a.collection, b.collection) || compareText(a.rkey, b.rkey))
      .slice(0, limit)
      .map(({ collection, rkey }) => ({ cid, collection, rkey }))
  }

  async missing(did: Did, options: { limit: number; cursor?: Cid }): Promise<BlobReference[]> {
    const missing = this.#references(did).filter((reference) => !this.#blobs.has(blobKey(did, reference.cid)))
    return onePerBlob(missing, options.cursor)
      .slice(0, options.limit)
      .map(({ cid, collection, rkey }) => ({ cid, collection, rkey }))
  }

  async unreferenced(options: { did?: Did; createdBefore: Datetime; limit: number }): Promise<UnreferencedBlob[]> {
    const blobs = [...this.#blobs.values()].filter((blob) => this.#collectable(blob, options.createdBefore))
    return firstBlobs(blobs, options).map((blob) => ({
      did: blob.did,
      cid: blob.cid,
      temporary: this.#isTemporary(blob),
    }))
  }

  async pendingDeletion(options: { limit: number }): Promise<BlobKey[]> {
    return firstBlobs([...this.#pendingDeletion.values()], options)
  }

  async counts(did: Did): Promise<{ expected: number; imported: number }> {
    const expected = onePerBlob(this.#references(did))
    const imported = expected.filter((reference) => this.#blobs.has(blobKey(did, reference.cid)))
    return { expected: expected.length, imported: imported.length }
  }

  add(did: Did, blob: BlobMetadata, options: { quota?: number | undefined } = {}): void {
    const key = blobKey(did, blob.cid)
    if (this.#takedowns.has(key)) throw new ConflictError('blobTakedown')
    if (!this.#blobs.has(key)) this.#requireQuota(did, blob.size, options.quota)
    const mimeType = this.#blobs.get(key)?.mimeType ?? blob.mimeType
    this.#blobs.set(key, { ...blob, mimeType, did })
    if (!this.#referenced(did, blob.cid)) this.#referred.delete(key)
    if (blob.mimeType !== mimeType) this.#noteType(key, blob.mimeType)
  }

  setQuota(did: Did, bytes: number | undefined): void {
    if (bytes === undefined) this.#quotas.delete(did)
    else this.#quotas.set(did, bytes)
  }

  setTakedown(did: Did, cid: Cid, takedown: string | undefined): void {
    if (takedown === undefined) this.#takedowns.delete(blobKey(did, cid))
    else this.#takedowns.set(blobKey(did, cid), { did, cid, reference: takedown })
  }

  markUnreferenced(did: Did, cids: readonly Cid[], createdBefore: Datetime): void {
    for (const cid of cids) {
      const blob = this.#blobs.get(blobKey(did, cid))
      if (!blob || !this.#collectable(blob, createdBefore)) continue
      this.#blobs.delete(blobKey(did, cid))
      this.#otherTypes.delete(blobKey(did, cid))
      this.#pendingDeletion.set(blobKey(did, cid), { did, cid })
    }
  }

  confirmDeleted(did: Did, cids: readonly Cid[]): void {
    for (const cid of cids) this.#pendingDeletion.delete(blobKey(did, cid))
  }

  #requireQuota(did: Did, size: number, given: number | undefined): void {
    const quota = this.#quotas.get(did) ?? given
    if (quota === undefined) return
    let bytes = size
    for (const blob of this.#blobs.values()) if (blob.did === did) bytes += blob.size
    if (bytes > quota) throw new ConflictError('blobQuota')
  }

  #noteType(key: string, mimeType: string): void {
    const known = this.#otherTypes.get(key) ?? []
    if (known.includes(mimeType) || known.length === maxOtherTypes) return
    this.#otherTypes.set(key, [...known, mimeType].sort(compareText))
  }

  #isTemporary({ did, cid }: MemoryBlob): boolean {
    return !this.#referred.has(blobKey(did, cid))
  }

  #collectable(blob: MemoryBlob, createdBefore: Datetime): boolean {
    if (this.#referenced(blob.did, blob.cid)) return false
    return !this.#isTemporary(blob) || blob.createdAt < createdBefore
  }

  #referenced(did: Did, cid: Cid): boolean {
    return this.#references(did).some((reference) => reference.cid.equals(cid))
  }

  #references(did: Did): MemoryBlobReference[] {
    return [...(this.#repos.get(did)?.blobReferences.values() ?? [])].flat()
  }
}

/** Ascending by account and CID bytes. */
function firstBlobs<T extends BlobKey>(blobs: readonly T[], { did, limit }: { did?: Did; limit: number }): T[] {
  return blobs
    .filter((blob) => did === undefined || blob.did === did)
    .sort((a, b) => compareText(a.did, b.did) || compareBytes(a.cid.bytes, b.cid.bytes))
    .slice(0, limit)
}

/** The first reference to each blob after the cursor, ascending by CID bytes. */
function onePerBlob(references: readonly MemoryBlobReference[], after?: Cid): MemoryBlobReference[] {
  const byCid = new Map<string, MemoryBlobReference>()
  for (const reference of references) if (!byCid.has(reference.cid.key)) byCid.set(reference.cid.key, reference)
  return [...byCid.values()]
    .filter((reference) => after === undefined || compareBytes(reference.cid.bytes, after.bytes) > 0)
    .sort((a, b) => compareBytes(a.cid.bytes, b.cid.bytes))
}

/** Types of later uploads, other than that of the first. */
function otherTypeTable(journal: Journal): JournaledMap<string, readonly string[]> {
  return new JournaledMap(journal, ownerOfBlob)
}

/** Takedowns outlive the metadata of the blob. */
function takedownTable(journal: Journal): JournaledMap<string, BlobTakedown> {
  return new JournaledMap(journal, ownerOfBlob)
}

function pendingDeletionTable(journal: Journal): JournaledMap<string, BlobKey> {
  return new JournaledMap(journal, (_key, { did }) => did)
}
