import { type Block, type Cid, decodeCid, verifyCid } from '@atoll/data-model'
import { yieldToEventLoop } from '@atoll/event-loop'
import type { Nsid, RecordKey } from '@atoll/syntax'
import type { Commit } from '../commit/commit.ts'
import { CorruptBlockError, InvalidNodeError, VerificationError } from '../errors.ts'
import { type ImportLimits, importLimits, pathOverhead } from '../limits.ts'
import { checkNode } from '../mst/check.ts'
import { collectionRange, contains, everything, type KeyRange, overlap, rangeOfChild } from '../mst/key-range.ts'
import { layerOfRoot } from '../mst/node.ts'
import { decodeNode, type NodeContent } from '../mst/node-codec.ts'
import { splitPath } from '../path.ts'
import { type RecordContent, readSentRecord } from '../record.ts'
import { MemoryOutOfOrderBlocks, type OutOfOrderBlocks, RecentBlocks } from './out-of-order-blocks.ts'

/** Which part of a repository is read, and within which bounds. */
export interface ReadingOptions {
  /** Read one collection; nodes and records outside it may be absent. */
  readonly collection?: Nsid
  /** Keeps blocks that come out of order. Default: memory, up to `maxEarlyBytes`. */
  readonly outOfOrder?: OutOfOrderBlocks
  readonly limits?: Partial<ImportLimits>
}

/**
 * One verified part of a repository. A record that several paths hold comes once for each. One that
 * cannot be read comes with a `fault` in place of its `value`, and still belongs to the repository.
 */
export type ImportedPart =
  | { readonly kind: 'commit' | 'node'; readonly block: Block }
  | ({ readonly kind: 'record'; readonly collection: Nsid; readonly rkey: RecordKey } & RecordContent)

/** What an import has seen so far. */
export interface ImportCounts {
  nodes: number
  records: number
  /** Blocks that came more than once. */
  repeated: number
  /** Blocks that nothing referred to: known once the iteration has ended. */
  unneeded: number
}

type Blocks = AsyncIterator<Block> | Iterator<Block>

/** Decodes the commit and decides whether it is the right one. Throws if it is not. */
export type RequireCommit = (bytes: Uint8Array) => Promise<Commit> | Commit

/** Where a node belongs, as the node above it says. */
interface NodePlace {
  readonly layer: number
  readonly range: KeyRange
}

/** After so many blocks others get their turn: a source in memory would never let them. */
const blocksInOneGo = 1000

/**
 * One import in progress: the blocks that are expected, because a node or the commit refers to
 * them, and the blocks that came early, before anything referred to them.
 */
export class Importer {
  readonly counts: ImportCounts = { nodes: 0, records: 0, repeated: 0, unneeded: 0 }
  readonly #root: Cid
  readonly #requireCommit: RequireCommit
  readonly #options: ReadingOptions
  readonly #limits: ImportLimits
  readonly #wanted: KeyRange
  /** The nodes that are expected, by CID, and where they belong. */
  readonly #nodes = new Map<string, NodePlace | 'root'>()
  /** The records that are expected, by CID, and the paths that hold each. */
  readonly #records = new Map<string, string[]>()
  /** The CIDs of the blocks that came early. */
  readonly #early = new Set<string>()
  readonly #earlyBlocks: OutOfOrderBlocks
  /** Records already emitted, in case another path holds one of them. */
  readonly #recent: RecentBlocks
  /** Verified, and to be emitted next. */
  readonly #ready: ImportedPart[] = []
  #received = 0
  #pathBytes = 0

  constructor(root: Cid, requireCommit: RequireCommit, options: ReadingOptions) {
    this.#root = root
    this.#requireCommit = requireCommit
    this.#options = options
    this.#limits = { ...importLimits, ...options.limits }
    this.#wanted = options.collection === undefined ? everything : collectionRange(options.collection)
    this.#earlyBlocks = options.outOfOrder ?? new MemoryOutOfOrderBlocks(this.#limits.maxEarlyBytes)
    this.#recent = new RecentBlocks(this.#limits.maxRecentBytes)
  }

  /** Reads up to the commit. A wrong one ends the source. */
  async findCommit(blocks: Blocks): Promise<Commit> {
    try {
      return await this.#findCommit(blocks)
    } catch (error) {
      await blocks.return?.()
      throw error
    }
  }

  /** Reads the rest. A reader who stops early ends the source as well. */
  async *parts(blocks: Blocks): AsyncGenerator<ImportedPart, void> {
    try {
      yield* this.#ready.splice(0)
      for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
        const pending = this.#receive(this.#checked(next.value))
        if (pending) await pending
        if (this.#ready.length > 0) yield* this.#ready.splice(0)
        if (this.#received % blocksInOneGo === 0) await yieldToEventLoop()
      }
      await this.#retakeEmittedRecords()
      yield* this.#ready.splice(0)
      this.#finish()
    } finally {
      await blocks.return?.()
    }
  }

  async #findCommit(blocks: Blocks): Promise<Commit> {
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
      const block = this.#checked(next.value)
      if (block.cid.equals(this.#root)) {
        const commit = await this.#requireCommit(block.bytes)
        this.#ready.push({ kind: 'commit', block })
        this.#nodes.set(commit.data.key, 'root')
        await this.#drainEarly([commit.data])
        return commit
      }
      await this.#setAside(block)
    }
    throw new VerificationError('missing-commit', `the commit ${this.#root} is missing`)
  }

  #checked(block: Block): Block {
    if (++this.#received > this.#limits.maxBlocks) throw new VerificationError('too-many-blocks', 'too many blocks')
    if (!verifyCid(block.cid, block.bytes)) throw new CorruptBlockError(block.cid)
    return block
  }

  /**
   * Accepts a block if it is expected, with the early blocks below it, or else sets it aside.
   * Returns a promise only where `outOfOrder` is used.
   */
  #receive(block: Block): Promise<void> | undefined {
    const { key } = block.cid
    if (!this.#nodes.has(key) && !this.#records.has(key)) return this.#setAside(block)
    const here = this.#accept(block)
    return here.length > 0 ? this.#drainEarly(here) : undefined
  }

  /** Accepts those of `cids` that came early, and in turn the early blocks to which they refer. */
  async #drainEarly(cids: readonly Cid[]): Promise<void> {
    const waiting = [...cids]
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
      const bytes = this.#early.delete(cid.key) ? await this.#earlyBlocks.take(cid) : this.#recent.get(cid)
      if (bytes) waiting.push(...this.#accept({ cid, bytes }))
    }
  }

  /**
   * Verifies and emits a block that is expected. Returns the blocks to which it refers and that are
   * here already.
   */
  #accept(block: Block): Cid[] {
    const { key } = block.cid
    const place = this.#nodes.get(key)
    const paths = this.#records.get(key)
    this.#nodes.delete(key)
    this.#records.delete(key)
    if (place) this.#pathBytes -= placeBytes(place)
    for (const path of paths ?? []) this.#pathBytes -= path.length + pathOverhead
    if (paths) this.#acceptRecord(block, paths)
    return place ? this.#acceptNode(block, place) : []
  }

  #acceptRecord(block: Block, paths: readonly string[]): void {
    const content = readSentRecord(block)
    for (const path of paths) {
      // The paths of a node were checked with it.
      this.#ready.push({ kind: 'record', ...content, ...splitPath(path)! })
      this.counts.records++
    }
    this.#recent.add(block)
  }

  #acceptNode(block: Block, place: NodePlace | 'root'): Cid[] {
    const { cid } = block
    const content = decodeNode(block.bytes, cid)
    const isRoot = place === 'root'
    const { layer, range } = isRoot ? { layer: layerOfRoot(content, cid), range: everything } : place
    checkNode(content, { layer, range, isRoot }, cid)
    this.counts.nodes++
    this.#ready.push({ kind: 'node', block })
    return this.#expectChildren(content, layer, range)
  }

  /** Expects the nodes and records to which a node refers. Returns those that are here already. */
  #expectChildren({ keys, values, children }: NodeContent, layer: number, range: KeyRange): Cid[] {
    const here: Cid[] = []
    children.forEach((child, index) => {
      const childRange = rangeOfChild(range, keys, index)
      if (child === null || !overlap(childRange, this.#wanted)) return
      // The same keys cannot stand in two places.
      if (this.#nodes.has(child.key)) throw new InvalidNodeError('key-order', child)
      const place: NodePlace = { layer: layer - 1, range: childRange }
      this.#nodes.set(child.key, place)
      this.#pathBytes += placeBytes(place)
      if (this.#early.has(child.key)) here.push(child)
    })
    values.forEach((value, index) => {
      const path = keys[index]!
      if (!contains(this.#wanted, path)) return
      const paths = this.#records.get(value.key)
      if (paths) paths.push(path)
      else this.#records.set(value.key, [path])
      this.#pathBytes += path.length + pathOverhead
      if (this.#early.has(value.key) || this.#recent.get(value)) here.push(value)
    })
    this.#checkLimits()
    return here
  }

  #setAside(block: Block): Promise<void> | undefined {
    const { key } = block.cid
    if (this.#early.has(key) || this.#recent.get(block.cid) || block.cid.equals(this.#root)) {
      this.counts.repeated++
      return undefined
    }
    this.#early.add(key)
    this.#checkLimits()
    return this.#earlyBlocks.put(block) ?? undefined
  }

  #checkLimits(): void {
    if (this.#nodes.size + this.#records.size + this.#early.size > this.#limits.maxAwaited) {
      throw new VerificationError('too-many-blocks', 'too many blocks are out of order')
    }
    if (this.#pathBytes > this.#limits.maxPathBytes) {
      throw new VerificationError('too-many-blocks', 'too many paths wait for their records')
    }
  }

  /**
   * Asks `outOfOrder` for records that were emitted for other paths, too long ago to be among the
   * recent ones.
   */
  async #retakeEmittedRecords(): Promise<void> {
    if (!this.#options.outOfOrder) return
    for (const key of [...this.#records.keys()]) {
      const cid = cidOfKey(key)
      const bytes = await this.#earlyBlocks.take(cid)
      if (bytes) this.#accept(this.#checked({ cid, bytes }))
    }
  }

  #finish(): void {
    this.counts.unneeded = this.#early.size
    const [node] = this.#nodes.keys()
    if (node !== undefined) throw new VerificationError('missing-node', `the node ${cidOfKey(node)} is missing`)
    const [record] = this.#records.keys()
    if (record !== undefined) throw new VerificationError('missing-record', `the record ${cidOfKey(record)} is missing`)
  }
}

/** Counts one of the two keys between which a node belongs: neighbours share the other. */
function placeBytes(place: NodePlace | 'root'): number {
  return place === 'root' ? 0 : (place.range.after?.length ?? 0) + pathOverhead
}

function cidOfKey(key: string): Cid {
  return decodeCid(Uint8Array.from(key, (char) => char.charCodeAt(0)))
}
