import { type Block, type Cid, decodeCid, verifyCid } from '@atoll/data-model'
import type { Commit } from '../commit/commit.ts'
import { CorruptBlockError, InvalidNodeError, VerificationError } from '../errors.ts'
import { type ImportLimits, importLimits, pathOverhead } from '../limits.ts'
import { checkNode, layerOfRoot } from '../mst/check.ts'
import { collectionRange, contains, everything, type KeyRange, overlap, rangeOfChild } from '../mst/key-range.ts'
import { decodeNode, type NodeContent } from '../mst/node-codec.ts'
import { splitPath } from '../path.ts'
import { readSentRecord } from '../record.ts'
import { checkedCommit } from '../verify/proof.ts'
import { type BlockShelf, MemoryShelf, RecentBlocks } from './block-shelf.ts'
import type { ImportCounts, ImportedPart, ImportOptions } from './import-repo.ts'

type Blocks = AsyncIterator<Block> | Iterator<Block>

/** Where a node must fit that another one named. */
interface Place {
  readonly layer: number
  readonly range: KeyRange
}

/** After so many blocks others get their turn: a source in memory would never let them. */
const blocksInOneGo = 1000

/** One import under way: what is awaited, and what came before it was. */
export class Importer {
  readonly counts: ImportCounts = { nodes: 0, records: 0, repeated: 0, unneeded: 0 }
  readonly #root: Cid
  readonly #options: ImportOptions
  readonly #limits: ImportLimits
  readonly #wanted: KeyRange
  readonly #shelf: BlockShelf
  readonly #early = new Set<string>()
  readonly #recent: RecentBlocks
  readonly #nodes = new Map<string, Place | 'root'>()
  /** The paths that hold a record which has not come yet. */
  readonly #records = new Map<string, string[]>()
  readonly #ready: ImportedPart[] = []
  #received = 0
  #pathBytes = 0

  constructor(root: Cid, options: ImportOptions) {
    this.#root = root
    this.#options = options
    this.#limits = { ...importLimits, ...options.limits }
    this.#wanted = options.collection === undefined ? everything : collectionRange(options.collection)
    this.#shelf = options.shelf ?? new MemoryShelf(this.#limits.maxEarlyBytes)
    this.#recent = new RecentBlocks(this.#limits.maxRecentBytes)
  }

  /** Reads up to the commit. */
  async findCommit(blocks: Blocks): Promise<Commit> {
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
      const block = this.#checked(next.value)
      if (block.cid.equals(this.#root)) {
        const commit = checkedCommit(block.bytes, this.#options)
        this.#ready.push({ kind: 'commit', block })
        this.#nodes.set(commit.data.key, 'root')
        await this.#settleEarly([commit.data])
        return commit
      }
      await this.#setAside(block)
    }
    throw new VerificationError('missing-commit', `the commit ${this.#root} is missing`)
  }

  /** Reads the rest. */
  async *parts(blocks: Blocks): AsyncGenerator<ImportedPart, void> {
    yield* this.#ready.splice(0)
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
      const settling = this.#settle(this.#checked(next.value))
      if (settling) await settling
      if (this.#ready.length > 0) yield* this.#ready.splice(0)
      if (this.#received % blocksInOneGo === 0) await turnOfOthers()
    }
    await this.#askForRecordsGivenOut()
    yield* this.#ready.splice(0)
    this.#finish()
  }

  #checked(block: Block): Block {
    if (++this.#received > this.#limits.maxBlocks) throw new VerificationError('too-many-blocks', 'too many blocks')
    if (!verifyCid(block.cid, block.bytes)) throw new CorruptBlockError(block.cid)
    return block
  }

  /** Takes a block in, and what came early and is named by it. Asynchronous only where the shelf is asked. */
  #settle(block: Block): Promise<void> | undefined {
    const { key } = block.cid
    if (!this.#nodes.has(key) && !this.#records.has(key)) return this.#setAside(block)
    const found = this.#takeIn(block)
    return found.length > 0 ? this.#settleEarly(found) : undefined
  }

  /** Takes in those of `named` that are here already, and what they name in turn. */
  async #settleEarly(named: readonly Cid[]): Promise<void> {
    const waiting = [...named]
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
      const bytes = this.#early.delete(cid.key) ? await this.#shelf.take(cid) : this.#recent.get(cid)
      if (bytes) waiting.push(...this.#takeIn({ cid, bytes }))
    }
  }

  /** Takes in a block that is awaited. Returns those that it names and that are here already. */
  #takeIn(block: Block): Cid[] {
    const { key } = block.cid
    const place = this.#nodes.get(key)
    const paths = this.#records.get(key)
    this.#nodes.delete(key)
    this.#records.delete(key)
    if (place) this.#pathBytes -= placeBytes(place)
    for (const path of paths ?? []) this.#pathBytes -= path.length + pathOverhead
    if (paths) this.#takeRecord(block, paths)
    return place ? this.#takeNode(block, place) : []
  }

  #takeRecord(block: Block, paths: readonly string[]): void {
    const content = readSentRecord(block)
    for (const path of paths) {
      // The paths of a node were checked with it.
      this.#ready.push({ kind: 'record', ...content, ...splitPath(path)! })
      this.counts.records++
    }
    this.#recent.add(block)
  }

  #takeNode(block: Block, place: Place | 'root'): Cid[] {
    const { cid } = block
    const content = decodeNode(block.bytes, cid)
    const isRoot = place === 'root'
    const { layer, range } = isRoot ? { layer: layerOfRoot(content, cid), range: everything } : place
    checkNode(content, { layer, range, isRoot }, cid)
    this.counts.nodes++
    this.#ready.push({ kind: 'node', block })
    return this.#name(content, layer, range)
  }

  /** Awaits what a node refers to. Returns what of it is here already. */
  #name({ keys, values, children }: NodeContent, layer: number, range: KeyRange): Cid[] {
    const here: Cid[] = []
    children.forEach((child, index) => {
      const childRange = rangeOfChild(range, keys, index)
      if (child === null || !overlap(childRange, this.#wanted)) return
      // The same keys cannot stand in two places.
      if (this.#nodes.has(child.key)) throw new InvalidNodeError('key-order', child)
      const place = { layer: layer - 1, range: childRange }
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
    this.#checkAwaited()
    return here
  }

  #setAside(block: Block): Promise<void> | undefined {
    const { key } = block.cid
    if (this.#early.has(key) || this.#recent.get(block.cid) || block.cid.equals(this.#root)) {
      this.counts.repeated++
      return undefined
    }
    this.#early.add(key)
    this.#checkAwaited()
    return this.#shelf.put(block) ?? undefined
  }

  #checkAwaited(): void {
    if (this.#nodes.size + this.#records.size + this.#early.size > this.#limits.maxAwaited) {
      throw new VerificationError('too-many-blocks', 'too many blocks are out of order')
    }
    if (this.#pathBytes > this.#limits.maxPathBytes) {
      throw new VerificationError('too-many-blocks', 'too many paths wait for their records')
    }
  }

  /** A record that another path held may have been given out too long ago for this importer to remember. */
  async #askForRecordsGivenOut(): Promise<void> {
    if (!this.#options.shelf) return
    for (const key of [...this.#records.keys()]) {
      const cid = cidOfKey(key)
      const bytes = await this.#shelf.take(cid)
      if (bytes) this.#takeIn(this.#checked({ cid, bytes }))
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

/** The keys between which a node belongs are shared with its neighbours, so one of them is counted. */
function placeBytes(place: Place | 'root'): number {
  return place === 'root' ? 0 : (place.range.after?.length ?? 0) + pathOverhead
}

function cidOfKey(key: string): Cid {
  return decodeCid(Uint8Array.from(key, (char) => char.charCodeAt(0)))
}

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
