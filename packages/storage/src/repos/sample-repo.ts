import { type Block, blockOf, type Cid, type Value } from '@atoll/data-model'
import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import { rev } from '../core/samples.ts'
import type { Transactional } from '../core/storage.ts'
import type { BlobReference, RecordChange, RepoChange, RepoHead } from './repo-change.ts'
import type { RepoPart } from './repo-store.ts'

/** Values by `collection/rkey`; null deletes. */
export type Writes = { readonly [path: string]: Value }

/**
 * A repository for tests. Its nodes and commits are stand-ins: storage does not look into blocks.
 */
export class SampleRepo {
  readonly did: Did
  head: RepoHead | undefined
  #revs = 0
  #records = new Map<string, Cid>()
  #node: Block | undefined

  constructor(did: Did) {
    this.did = did
  }

  /** Creates the next commit, on which the one after it builds. */
  commit(writes: Writes, blobs: { readonly [path: string]: readonly Cid[] } = {}): RepoChange {
    const prev = this.head
    const added: Block[] = []
    const removed: Cid[] = []
    const records: RecordChange[] = []
    for (const [path, value] of Object.entries(writes)) {
      const before = this.#records.get(path)
      const block = value === null ? undefined : blockOf(value)
      if (before) removed.push(before)
      if (block) added.push(block)
      if (block) this.#records.set(path, block.cid)
      else this.#records.delete(path)
      records.push({ ...splitPath(path), cid: block?.cid })
    }
    const newRev = rev(++this.#revs)
    const node = blockOf({ did: this.did, paths: [...this.#records.keys()], rev: newRev })
    const commit = blockOf({ did: this.did, rev: newRev, data: node.cid })
    added.push(node, commit)
    if (prev) removed.push(prev.cid)
    if (this.#node) removed.push(this.#node.cid)
    this.#node = node
    this.head = { cid: commit.cid, rev: newRev, data: node.cid }
    const references = Object.entries(blobs).flatMap(([path, cids]) =>
      cids.map((cid): BlobReference => ({ cid, ...splitPath(path) })),
    )
    return { did: this.did, prev, head: this.head, added, removed, records, blobs: references }
  }
}

export function splitPath(path: string): Pick<RecordChange, 'collection' | 'rkey'> {
  const [collection = '', rkey = ''] = path.split('/')
  return { collection: parseNsid(collection), rkey: parseRecordKey(rkey) }
}

/** Makes a commit and stores it. */
export async function commit(
  storage: Transactional<RepoPart['writes']>,
  repo: SampleRepo,
  writes: Writes,
): Promise<RepoChange> {
  const change = repo.commit(writes)
  await storage.transact(repo.did, (tx) => tx.repo.apply(change))
  return change
}

/** Small records of one collection. */
export function manyRecords(count: number): Writes {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`a.b.c/r${n}`, { n }]))
}
