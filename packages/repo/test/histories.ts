import { importKeyPair, type KeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, type Cid } from '@atoll/data-model'
import { type Did, formatTid, parseNsid, parseRecordKey, type Tid } from '@atoll/syntax'
import { applyWrites, type CommitData, createRepo, formatPath, type Head, type RecordWrite } from '../src/index.ts'

export const did: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
export const keyPair: KeyPair = importKeyPair('k256', new Uint8Array(32).fill(7))

const collections = ['app.bsky.feed.post', 'app.bsky.feed.like', 'app.bsky.graph.follow', 'com.example.note'].map(
  parseNsid,
)

/** Random numbers that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function integer(random: () => number, below: number): number {
  return Math.floor(random() * below)
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[integer(random, items.length)]!
}

/** The n-th rev of a history. */
export function revAt(count: number): Tid {
  return formatTid(1_700_000_000_000_000 + count * 1000, 7)
}

/** A record with one of a few values, so that several paths hold the same CID. */
export function recordBlock(random: () => number, values = 50): Block {
  return blockOf({ $type: 'com.example.note', text: `note ${integer(random, values)}` })
}

/** A repository as a storage keeps it: blocks counted by references, and the records by path. */
export class Repository {
  readonly blocks = new BlockMap()
  readonly references = new Map<string, number>()
  readonly records = new Map<string, Cid>()
  readonly random: () => number
  head: Head
  commits = 0

  constructor(random: () => number, writes: RecordWrite[] = []) {
    this.random = random
    const commit = createRepo({ did, writes, sign: keyPair, rev: revAt(0) })
    this.head = commit.head
    this.accept(commit)
  }

  readonly get = (cid: Cid): Uint8Array | undefined => this.blocks.get(cid)

  blocksOf(cids: Iterable<Cid>): Block[] {
    return Array.from(cids).flatMap((cid) => (this.blocks.has(cid) ? { cid, bytes: this.get(cid)! } : []))
  }

  write(writes: RecordWrite[]): CommitData {
    const commit = applyWrites({
      did,
      head: this.head,
      get: this.get,
      writes,
      sign: keyPair,
      rev: revAt(++this.commits),
    })
    this.accept(commit)
    return commit
  }

  accept(commit: CommitData): void {
    for (const block of commit.added) {
      this.references.set(block.cid.key, (this.references.get(block.cid.key) ?? 0) + 1)
      this.blocks.add(block)
    }
    for (const cid of commit.removed) {
      const left = (this.references.get(cid.key) ?? 0) - 1
      if (left < 0) throw new Error(`more references to ${cid} lost than there were`)
      this.references.set(cid.key, left)
      if (left > 0) continue
      this.references.delete(cid.key)
      this.blocks.delete(cid)
    }
    for (const { path, cid } of commit.ops) {
      if (cid === null) this.records.delete(path)
      else this.records.set(path, cid)
    }
    this.head = commit.head
  }

  /** A batch of creates, updates and deletes of distinct paths. */
  randomWrites(most = 10): RecordWrite[] {
    const { random } = this
    const writes = new Map<string, RecordWrite>()
    const there = [...this.records.keys()]
    for (let count = 1 + integer(random, most); count > 0; count--) {
      const old = there.length > 0 && random() < 0.5 ? pick(random, there) : undefined
      const [collection, rkey] = old ? old.split('/') : [pick(random, collections), newRecordKey(random)]
      const target = { collection: parseNsid(collection!), rkey: parseRecordKey(rkey!) }
      const path = formatPath(target.collection, target.rkey)
      const present = this.records.has(path)
      if (present && random() < 0.6) writes.set(path, { action: 'delete', ...target })
      else writes.set(path, { action: present ? 'update' : 'create', ...target, ...recordBlock(random) })
    }
    return [...writes.values()]
  }
}

function newRecordKey(random: () => number): string {
  return random() < 0.5 ? formatTid(1_700_000_000_000_000 + integer(random, 1e12), 3) : `key-${integer(random, 5000)}`
}
