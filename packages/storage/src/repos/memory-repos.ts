import { type Block, type Cid, type GetBlock, type SectionRun, type SectionSource, sectionOf } from '@atoll/data-model'
import type { Did, Tid } from '@atoll/syntax'
import { accountStatus } from '../accounts/account-store.ts'
import { accountTable } from '../accounts/account-tables.ts'
import { ConflictError } from '../core/errors.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import { numberOfCursor, type Page, pageOf } from '../core/page.ts'
import { gatheredTable } from './gathered-table.ts'
import {
  applyBlobReferences,
  applyBlocks,
  applyRecords,
  blobKey,
  dropBlocks,
  inOrderOfCreation,
  type MemoryBlock,
  type MemoryRepo,
  type MemoryRepoTable,
  referredBlobTable,
  repoTable,
} from './memory-repo.ts'
import type { RepoChange, RepoHead, RepoWrites } from './repo-change.ts'
import type { RepoListing, RepoSnapshot, RepoStore } from './repo-store.ts'

export class MemoryRepos implements RepoStore, RepoWrites {
  readonly #tables: MemoryTables
  readonly #repos: MemoryRepoTable
  readonly #referredBlobs: JournaledMap<string, true>
  readonly #accounts: ReturnType<typeof accountTable>
  readonly #gathered: ReturnType<typeof gatheredTable>

  constructor(tables: MemoryTables) {
    this.#tables = tables
    this.#repos = tables.of(repoTable)
    this.#referredBlobs = tables.of(referredBlobTable)
    this.#accounts = tables.of(accountTable)
    this.#gathered = tables.of(gatheredTable)
  }

  async head(did: Did): Promise<RepoHead | undefined> {
    return this.#repos.get(did)?.head
  }

  async block(did: Did, cid: Cid): Promise<Uint8Array | undefined> {
    return this.blockSource(did)(cid)
  }

  async blocks(did: Did, cids: readonly Cid[]): Promise<Block[]> {
    return pick(cids, this.blockSource(did))
  }

  async sizes(did: Did, cids: readonly Cid[]): Promise<(number | undefined)[]> {
    const source = this.blockSource(did)
    return cids.map((cid) => source(cid)?.length)
  }

  blockSource(did: Did): GetBlock {
    return (cid) => this.#repos.get(did)?.blocks.get(cid.key)?.block.bytes
  }

  async snapshot(did: Did): Promise<RepoSnapshot | undefined> {
    const repo = this.#repos.get(did)
    return repo && new MemoryRepoSnapshot(repo.head, new Map(repo.blocks), new Map(repo.records))
  }

  async list(options: { cursor?: string; limit: number }): Promise<Page<RepoListing>> {
    const after = numberOfCursor(options.cursor)
    const following = [...this.#repos.values()].filter((repo) => repo.key > after)
    return pageOf(following.sort(inOrderOfCreation), options.limit, {
      cursor: ({ key }) => String(key),
      item: (repo) => this.#listing(repo),
    })
  }

  async counts(did: Did): Promise<{ blocks: number; records: number }> {
    const repo = this.#repos.get(did)
    return { blocks: repo?.blocks.size ?? 0, records: repo?.records.size ?? 0 }
  }

  apply(change: RepoChange): void {
    const stored = this.#repos.get(change.did)
    if (stored?.head.cid.key !== change.prev?.cid.key) {
      throw new ConflictError('repo', `${change.did} has moved on to ${stored?.head.cid ?? 'nothing'}`)
    }
    const repo = { ...(stored ?? this.#newRepo(change)), head: change.head }
    this.#repos.set(change.did, repo)
    const { rev } = change.head
    applyBlocks(repo, change.added, rev)
    dropBlocks(repo, change.removed)
    applyRecords(repo, change.records, rev)
    applyBlobReferences(repo, { records: change.records, blobs: change.blobs, rev })
    for (const { cid } of change.blobs) this.#referredBlobs.set(blobKey(change.did, cid), true)
  }

  delete(did: Did): void {
    this.#repos.delete(did)
    for (const [id, { did: owner }] of this.#gathered) if (owner === did) this.#gathered.delete(id)
  }

  #newRepo({ did, head }: RepoChange): MemoryRepo {
    const key = this.#tables.nextNumber('repoKey')
    const map = <V>() => new JournaledMap<string, V>(this.#tables.journal)
    return { did, key, head, blocks: map(), records: map(), blobReferences: map() }
  }

  #listing({ did, head }: MemoryRepo): RepoListing {
    const account = this.#accounts.get(did)?.account
    return { did, head: head.cid, rev: head.rev, status: account ? accountStatus(account) : 'active' }
  }
}

class MemoryRepoSnapshot implements RepoSnapshot {
  readonly head: RepoHead
  readonly #blocks: ReadonlyMap<string, MemoryBlock>
  readonly #records: ReadonlyMap<string, { readonly cid: Cid }>

  constructor(
    head: RepoHead,
    blocks: ReadonlyMap<string, MemoryBlock>,
    records: ReadonlyMap<string, { readonly cid: Cid }>,
  ) {
    this.head = head
    this.#blocks = blocks
    this.#records = records
  }

  readonly sections: SectionSource = {
    blocks: (cids) => this.#pick(cids).map(sectionOf),
    records: () => this.#recordsInOrder(),
  }

  async blocks(cids: readonly Cid[]): Promise<Block[]> {
    return this.#pick(cids)
  }

  *#recordsInOrder(): Iterable<SectionRun> {
    const inOrder = [...this.#records].sort(([a], [b]) => compareText(a, b))
    for (const [, { cid }] of inOrder) {
      for (const bytes of this.sections.blocks([cid])) yield { bytes, ends: [bytes.length] }
    }
  }

  #pick(cids: readonly Cid[]): Block[] {
    return pick(cids, (cid) => this.#blocks.get(cid.key)?.block.bytes)
  }

  async *all({ since }: { since?: Tid } = {}): AsyncIterable<Block> {
    for (const { block, rev } of this.#blocks.values()) if (since === undefined || rev > since) yield block
  }

  close(): void {}
}

function pick(cids: readonly Cid[], get: GetBlock): Block[] {
  return cids.flatMap((cid) => {
    const bytes = get(cid)
    return bytes ? [{ cid, bytes }] : []
  })
}
