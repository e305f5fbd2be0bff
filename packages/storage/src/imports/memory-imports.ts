import type { Cid } from '@atoll/data-model'
import type { Datetime } from '@atoll/syntax'
import { memoryBlobTable } from '../blobs/memory-blob-tables.ts'
import { ConflictError } from '../core/errors.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareBytes, compareText } from '../core/order.ts'
import { type Gathered, gatheredTable } from '../repos/gathered-table.ts'
import {
  applyBlobReferences,
  applyBlocks,
  applyRecords,
  blobKey,
  type MemoryRepoTable,
  referredBlobTable,
  repoTable,
} from '../repos/memory-repo.ts'
import type { Adoption, ImportBatch, ImportStore, ImportWrites, RepoImport } from './import-store.ts'

export class MemoryImports implements ImportStore, ImportWrites {
  readonly #tables: MemoryTables
  readonly #imports: ReturnType<typeof gatheredTable>
  readonly #repos: MemoryRepoTable
  readonly #blobs: ReturnType<typeof memoryBlobTable>
  readonly #referredBlobs: JournaledMap<string, true>

  constructor(tables: MemoryTables) {
    this.#tables = tables
    this.#imports = tables.of(gatheredTable)
    this.#repos = tables.of(repoTable)
    this.#blobs = tables.of(memoryBlobTable)
    this.#referredBlobs = tables.of(referredBlobTable)
  }

  async block(id: string, { key }: Cid): Promise<Uint8Array | undefined> {
    const found = this.#imports.get(id)
    return found?.contents.blocks.get(key)?.block.bytes ?? found?.early.get(key)
  }

  async temporaryBlobs(id: string, options: { limit: number; cursor?: Cid }): Promise<Cid[]> {
    const { cursor, limit } = options
    return this.#uploadsOf(this.#imports.get(id))
      .filter(({ key, cid }) => !this.#referredBlobs.has(key) && (!cursor || compareBytes(cid.bytes, cursor.bytes) > 0))
      .slice(0, limit)
      .map(({ cid }) => cid)
  }

  async startedBefore(time: Datetime, { limit }: { limit: number }): Promise<RepoImport[]> {
    const all = [...this.#imports].map(([id, { did, rev, startedAt }]) => ({ id, did, rev, startedAt }))
    return all
      .filter(({ startedAt }) => startedAt < time)
      .sort((a, b) => compareText(a.startedAt, b.startedAt))
      .slice(0, limit)
  }

  async hasDiscarded(): Promise<boolean> {
    return false
  }

  begin({ id, did, rev, startedAt }: RepoImport): void {
    for (const [earlier, { did: owner }] of this.#imports) if (owner === did) this.#imports.delete(earlier)
    const map = <V>() => new JournaledMap<string, V>(this.#tables.journal)
    const contents = { did, blocks: map(), records: map(), blobReferences: map() } as Gathered['contents']
    this.#imports.set(id, { did, rev, startedAt, contents, early: map() })
  }

  gather(id: string, { added, early, records, blobs }: ImportBatch): void {
    const found = this.#require(id)
    const { rev } = found
    applyBlocks(found.contents, added, rev)
    applyRecords(found.contents, records, rev)
    applyBlobReferences(found.contents, { records, blobs, rev })
    for (const { cid, bytes } of early) found.early.set(cid.key, bytes)
  }

  adopt(id: string, { did, prev, head, commit }: Adoption): void {
    const found = this.#require(id)
    const replaced = this.#repos.get(did)
    if (!replaced?.head.cid.equals(prev.cid)) {
      throw new ConflictError('repo', `${did} has moved on to ${replaced?.head.cid ?? 'nothing'}`)
    }
    applyBlocks(found.contents, [commit], head.rev)
    this.#repos.set(did, { ...found.contents, key: replaced.key, head })
    for (const key of referencesOf(found).keys()) this.#referredBlobs.set(key, true)
    this.#imports.delete(id)
  }

  discard(id: string): void {
    this.#imports.delete(id)
  }

  clear(): void {}

  #require(id: string): Gathered {
    const found = this.#imports.get(id)
    if (!found) throw new ConflictError('import', 'the import was discarded, or is done')
    return found
  }

  /** The uploads to which the contents refer, ascending by CID bytes. */
  #uploadsOf(found: Gathered | undefined): { key: string; cid: Cid }[] {
    return [...(found ? referencesOf(found) : [])]
      .map(([key, cid]) => ({ key, cid }))
      .filter(({ key }) => this.#blobs.has(key))
      .sort((a, b) => compareBytes(a.cid.bytes, b.cid.bytes))
  }
}

/** The blobs to which the contents refer, by `blobKey`. */
function referencesOf({ did, contents }: Gathered): Map<string, Cid> {
  const references = [...contents.blobReferences.values()].flat()
  return new Map(references.map(({ cid }) => [blobKey(did, cid), cid]))
}
