import type { Cid } from '@atoll/data-model'
import type { Datetime, Did, Tid } from '@atoll/syntax'
import type { MemoryBlobReference, MemoryTables } from '../core/memory-tables.ts'
import { compareBytes, compareText } from '../core/order.ts'
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

export class MemoryBlobs implements BlobIndex, BlobIndexWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(did: Did, cid: Cid): Promise<StoredBlob | undefined> {
    const blob = this.#tables.blobs.get(keyOf(did, cid))
    if (!blob) return undefined
    const { did: _, ...stored } = blob
    return { ...stored, takedown: this.#tables.blobTakedowns.get(keyOf(did, cid)) }
  }

  async otherTypes(did: Did, cid: Cid): Promise<string[]> {
    return [...(this.#tables.otherBlobTypes.get(keyOf(did, cid)) ?? [])]
  }

  async takedown(did: Did, cid: Cid): Promise<string | undefined> {
    return this.#tables.blobTakedowns.get(keyOf(did, cid))
  }

  async list(did: Did, options: { limit: number; cursor?: Cid; since?: Tid }): Promise<Cid[]> {
    const { since } = options
    const newer = this.#references(did).filter((reference) => since === undefined || reference.rev > since)
    return onePerBlob(newer, options.cursor)
      .slice(0, options.limit)
      .map((reference) => reference.cid)
  }

  async references(did: Did, cid: Cid, { limit }: { limit: number }): Promise<BlobReference[]> {
    return this.#references(did)
      .filter((reference) => reference.cid.equals(cid))
      .sort((a, b) => compareText(a.collection, b.collection) || compareText(a.rkey, b.rkey))
      .slice(0, limit)
      .map(({ collection, rkey }) => ({ cid, collection, rkey }))
  }

  async missing(did: Did, options: { limit: number; cursor?: Cid }): Promise<BlobReference[]> {
    const missing = this.#references(did).filter((reference) => !this.#tables.blobs.has(keyOf(did, reference.cid)))
    return onePerBlob(missing, options.cursor)
      .slice(0, options.limit)
      .map(({ cid, collection, rkey }) => ({ cid, collection, rkey }))
  }

  async unreferenced(options: { did?: Did; createdBefore: Datetime; limit: number }): Promise<UnreferencedBlob[]> {
    const blobs = [...this.#tables.blobs.values()].filter((blob) => this.#collectable(blob, options.createdBefore))
    return pageOf(blobs, options).map(({ did, cid, temporary }) => ({ did, cid, temporary }))
  }

  async pendingDeletion(options: { limit: number }): Promise<BlobKey[]> {
    return pageOf([...this.#tables.blobsPendingDeletion.values()], options)
  }

  async counts(did: Did): Promise<{ expected: number; imported: number }> {
    const expected = onePerBlob(this.#references(did))
    const imported = expected.filter((reference) => this.#tables.blobs.has(keyOf(did, reference.cid)))
    return { expected: expected.length, imported: imported.length }
  }

  add(did: Did, blob: BlobMetadata): void {
    const key = keyOf(did, blob.cid)
    const temporary = !this.#referenced(did, blob.cid)
    const mimeType = this.#tables.blobs.get(key)?.mimeType ?? blob.mimeType
    this.#tables.blobs.set(key, { ...blob, mimeType, did, temporary, takedown: undefined })
    if (blob.mimeType !== mimeType) this.#noteType(key, blob.mimeType)
  }

  setTakedown(did: Did, cid: Cid, takedown: string | undefined): void {
    if (takedown === undefined) this.#tables.blobTakedowns.delete(keyOf(did, cid))
    else this.#tables.blobTakedowns.set(keyOf(did, cid), takedown)
  }

  markUnreferenced(did: Did, cids: readonly Cid[], createdBefore: Datetime): void {
    for (const cid of cids) {
      const blob = this.#tables.blobs.get(keyOf(did, cid))
      if (!blob || !this.#collectable(blob, createdBefore)) continue
      this.#tables.blobs.delete(keyOf(did, cid))
      this.#tables.otherBlobTypes.delete(keyOf(did, cid))
      this.#tables.blobsPendingDeletion.set(keyOf(did, cid), { did, cid })
    }
  }

  confirmDeleted(did: Did, cids: readonly Cid[]): void {
    for (const cid of cids) this.#tables.blobsPendingDeletion.delete(keyOf(did, cid))
  }

  #noteType(key: string, mimeType: string): void {
    const known = this.#tables.otherBlobTypes.get(key) ?? []
    if (known.includes(mimeType) || known.length === maxOtherTypes) return
    this.#tables.otherBlobTypes.set(key, [...known, mimeType].sort(compareText))
  }

  #collectable(blob: StoredBlob & { did: Did }, createdBefore: Datetime): boolean {
    if (this.#referenced(blob.did, blob.cid)) return false
    return !blob.temporary || blob.createdAt < createdBefore
  }

  #referenced(did: Did, cid: Cid): boolean {
    return this.#references(did).some((reference) => reference.cid.equals(cid))
  }

  #references(did: Did): MemoryBlobReference[] {
    return [...(this.#tables.repos.get(did)?.blobReferences.values() ?? [])].flat()
  }
}

/** By account and CID bytes. */
function pageOf<T extends BlobKey>(blobs: readonly T[], { did, limit }: { did?: Did; limit: number }): T[] {
  return blobs
    .filter((blob) => did === undefined || blob.did === did)
    .sort((a, b) => compareText(a.did, b.did) || compareBytes(a.cid.bytes, b.cid.bytes))
    .slice(0, limit)
}

/** The first reference to each blob, ascending by CID bytes, behind the cursor. */
function onePerBlob(references: readonly MemoryBlobReference[], after?: Cid): MemoryBlobReference[] {
  const byCid = new Map<string, MemoryBlobReference>()
  for (const reference of references) if (!byCid.has(reference.cid.key)) byCid.set(reference.cid.key, reference)
  return [...byCid.values()]
    .filter((reference) => after === undefined || compareBytes(reference.cid.bytes, after.bytes) > 0)
    .sort((a, b) => compareBytes(a.cid.bytes, b.cid.bytes))
}

function keyOf(did: Did, cid: Cid): string {
  return `${did} ${cid.key}`
}
