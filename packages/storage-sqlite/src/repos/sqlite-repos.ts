import { type Block, type Cid, freeMemory, type GetBlock, type SectionRun, type SectionSource } from '@atoll/data-model'
import { maxPageBytes, type RepoHead, type RepoSnapshot, type RepoStore, StorageUnavailableError } from '@atoll/storage'
import {
  blockBytes,
  blockPage,
  blocksIn,
  cidOf,
  collectionsAfter,
  first,
  headOfRow,
  inTreeOrder,
  newBlockPage,
  type Routine,
  type Run,
  repoByDid,
  SqlRepoReads,
  until,
} from '@atoll/storage-sql'
import type { Did, Nsid, Tid } from '@atoll/syntax'
import type { Reader, ReaderPool } from '../core/reader.ts'
import { longSection, type PackedPage, packedBlocks, packedRecordBlocks } from '../records/packed.ts'

/** How many blocks are in memory at a time while all are read, unless they are large. */
const pageBlocks = 200

/** How many collections are in memory at a time. */
const pageCollections = 500

/** Returns a function that is true for the row with which a page of blocks has enough bytes. */
function pageEnd(): (row: { bytes: Uint8Array }) => boolean {
  let bytes = 0
  return (row) => (bytes += row.bytes.length) >= maxPageBytes
}

export interface SqliteReposDeps {
  readonly run: Run
  readonly reader: Reader
  readonly pool: ReaderPool
}

/**
 * Repositories, with the synchronous sources of blocks and the snapshots that SQLite makes
 * possible.
 */
export class SqliteRepos extends SqlRepoReads implements RepoStore {
  readonly #reader: Reader
  readonly #pool: ReaderPool

  constructor({ run, reader, pool }: SqliteReposDeps) {
    super(run)
    this.#reader = reader
    this.#pool = pool
  }

  blockSource(did: Did): GetBlock {
    let repo: number | undefined
    return (cid) => {
      repo ??= this.#reader.run(first(repoByDid, { did }))?.key
      return repo === undefined ? undefined : this.#reader.value(blockBytes, { repo, cid: cid.bytes })
    }
  }

  async snapshot(did: Did): Promise<RepoSnapshot | undefined> {
    const reader = this.#pool.take()
    try {
      reader.begin()
      // The first read determines the moment that the transaction sees.
      const row = reader.run(first(repoByDid, { did }))
      if (row) return new SqliteRepoSnapshot({ reader, pool: this.#pool, repo: row.key, head: headOfRow(row) })
    } catch (error) {
      this.#pool.discard(reader)
      throw error
    }
    this.#pool.giveBack(reader)
    return undefined
  }
}

interface SnapshotOptions {
  readonly reader: Reader
  readonly pool: ReaderPool
  /** The repository's key. */
  readonly repo: number
  readonly head: RepoHead
}

class SqliteRepoSnapshot implements RepoSnapshot {
  readonly head: RepoHead
  readonly #reader: Reader
  readonly #pool: ReaderPool
  readonly #repo: number
  #closed = false

  constructor({ reader, pool, repo, head }: SnapshotOptions) {
    this.#reader = reader
    this.#pool = pool
    this.#repo = repo
    this.head = head
  }

  readonly sections: SectionSource = {
    blocks: (cids) => this.#run(packedBlocks(this.#repo, cids)),
    records: () => this.#records(),
  }

  async blocks(cids: readonly Cid[]): Promise<Block[]> {
    return this.#run(blocksIn(this.#repo, cids))
  }

  all({ since }: { since?: Tid } = {}): AsyncIterable<Block> {
    return since === undefined ? this.#everyBlock() : this.#newBlocks(since)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#pool.giveBack(this.#reader)
  }

  async *#everyBlock(): AsyncIterable<Block> {
    let after = new Uint8Array(0)
    for (;;) {
      const rows = this.#run(until(blockPage, { repo: this.#repo, after, limit: pageBlocks }, pageEnd()))
      for (const { cid, bytes } of rows) yield { cid: cidOf(cid), bytes }
      const last = rows.at(-1)
      if (!last) return
      after = new Uint8Array(last.cid)
    }
  }

  async *#newBlocks(since: Tid): AsyncIterable<Block> {
    // Numbers are never that large: nothing of `since` itself comes after this.
    let after = { rev: since, id: Number.MAX_SAFE_INTEGER }
    for (;;) {
      const rows = this.#run(until(newBlockPage, { repo: this.#repo, ...after, limit: pageBlocks }, pageEnd()))
      for (const { cid, bytes } of rows) yield { cid: cidOf(cid), bytes }
      const last = rows.at(-1)
      if (!last) return
      after = last
    }
  }

  *#records(): Iterable<SectionRun> {
    const repo = this.#repo
    for (const collection of inTreeOrder(this.#collections())) {
      // Before every record key.
      let from: string | undefined = ''
      while (from !== undefined) {
        const page: PackedPage = this.#run(packedRecordBlocks({ repo, collection, from, limit: pageBlocks }))
        // A long block is read when its turn comes, and the next one only after it was consumed.
        for (const part of page.parts) {
          if (part instanceof Uint8Array) yield* this.#longRun(part)
          else yield part
        }
        from = page.last
      }
    }
  }

  *#longRun(cid: Uint8Array): Iterable<SectionRun> {
    const bytes = this.#run(longSection(this.#repo, cid))
    yield { bytes, ends: [bytes.length] }
    freeMemory(bytes)
  }

  /** In pages: an account may have as many collections as records. */
  *#collections(): Iterable<Nsid> {
    let after: string | undefined = ''
    while (after !== undefined) {
      const page: Nsid[] = this.#run(collectionsAfter(this.#repo, after, pageCollections))
      yield* page
      after = page.at(-1)
    }
  }

  #run<T>(routine: Routine<T>): T {
    if (this.#closed) throw new Error('the snapshot is closed')
    if (!this.#pool.has(this.#reader)) throw new StorageUnavailableError('busy')
    return this.#reader.run(routine)
  }
}
