import { CarPacker } from '@atoll/car'
import { CID_LENGTH, Cid, type Section, type SectionRun, type SectionSource } from '@atoll/data-model'
import type { Head } from '../commit/commit.ts'
import { MissingBlockError } from '../errors.ts'
import { linksOfNode } from '../mst/node-codec.ts'

/** A whole repository as a CAR file, which can be iterated once. */
export interface CarExport extends Iterable<Uint8Array> {
  /**
   * Hands back a chunk that nobody will read again, so that its memory is reused. A reader that
   * keeps chunks does not call it.
   */
  release(chunk: Uint8Array): void
}

/** How many nodes are asked for at once. */
const nodesAtOnce = 32

/**
 * A whole repository as a CAR file, in chunks of `chunkBytes` (default 63 KiB). Writes the same
 * bytes as `streamCar` over `exportRepo`, but much faster. Records are not looked up: they are
 * taken in the order in which `source.records` brings them, and only one that does not come in its
 * turn is asked for. Nothing is hashed: the source is trusted. Memory does not grow with the
 * repository. Iterating throws `MissingBlockError` and `InvalidNodeError`.
 * @see https://atproto.com/specs/repository#car-file-serialization
 */
export function exportCar(
  head: Pick<Head, 'cid' | 'data'>,
  source: SectionSource,
  { chunkBytes }: { chunkBytes?: number } = {},
): CarExport {
  const car = new CarPacker([head.cid], chunkBytes)
  return {
    [Symbol.iterator]: () => packRepo(car, head, source),
    release: (chunk) => car.release(chunk),
  }
}

// The tree is walked in pre-order over the encoded nodes. `linksOfNode` lists where the CIDs of a
// node's links stand in its bytes, in tree order: subtree, record, subtree, …, subtree. So an even
// index is a subtree, with 0 if there is no subtree, and an odd index a record.

function* packRepo(
  car: CarPacker,
  head: Pick<Head, 'cid' | 'data'>,
  source: SectionSource,
): Generator<Uint8Array, void> {
  const records = new RecordCursor(source.records())
  addWhole(car, sectionFrom(source, head.cid, 'commit'))
  const root = new NodeCursor(sectionFrom(source, head.data, 'node'))
  addWhole(car, root.section)
  /** From the root to the current node. */
  const path = [root]
  for (let node = path.at(-1); node; node = path.at(-1)) {
    const { section, links, next } = node
    const at = links[next]
    if (at === undefined) path.pop()
    else if (isRecord(next)) {
      node.next++
      if (records.isAt(section, at)) records.copyTo(car)
      else addWhole(car, sectionFrom(source, cidAt(section, at), 'record'))
    } else if (at === 0) node.next++
    else {
      if (!node.loaded[next]) loadAhead(path, source)
      const child = node.takeNext()
      addWhole(car, child.section)
      path.push(child)
    }
    if (car.hasFull) yield* car.takeFull()
  }
  yield* car.takeRest()
}

/** Whether link `index` of a node is a record and not a subtree. */
function isRecord(index: number): boolean {
  return index % 2 === 1
}

function addWhole(car: CarPacker, section: Section): void {
  car.addSection(section, 0, section.length)
}

/** A node whose links are being followed. */
class NodeCursor {
  readonly section: Section
  /**
   * Where in the section the CIDs of its links are: subtrees at even indices (0: none), records at
   * odd ones.
   */
  readonly links: readonly number[]
  /** The index of the link to follow next. */
  next = 0
  /** The children loaded ahead, at the indices of their links. */
  readonly loaded: (NodeCursor | undefined)[] = []

  constructor(section: Section) {
    this.section = section
    this.links = linksOfNode(section, CID_LENGTH)
  }

  /** The child at the next link, which was loaded. It is not kept here any longer. */
  takeNext(): NodeCursor {
    const index = this.next++
    const node = this.loaded[index]!
    this.loaded[index] = undefined
    return node
  }
}

/** A link to a node that is not loaded. */
interface UnloadedLink {
  readonly node: NodeCursor
  readonly index: number
}

/** Loads the nodes that the walk comes to next, as far as the tree is known. */
function loadAhead(path: readonly NodeCursor[], source: SectionSource): void {
  const unloaded: UnloadedLink[] = []
  for (let depth = path.length - 1; depth >= 0; depth--) findUnloaded(path[depth]!, unloaded)
  const cids = unloaded.map(({ node, index }) => cidAt(node.section, node.links[index]!))
  const found = source.blocks(cids)
  unloaded.forEach(({ node, index }, position) => {
    node.loaded[index] = new NodeCursor(requireSection(found, cids[position]!, 'node'))
  })
}

/**
 * Adds the links below a node whose nodes are not loaded, in tree order, until there are enough.
 */
function findUnloaded(node: NodeCursor, unloaded: UnloadedLink[]): void {
  const nextSubtree = isRecord(node.next) ? node.next + 1 : node.next
  for (let index = nextSubtree; index < node.links.length; index += 2) {
    if (unloaded.length === nodesAtOnce) return
    const child = node.loaded[index]
    if (child) findUnloaded(child, unloaded)
    else if (node.links[index] !== 0) unloaded.push({ node, index })
  }
}

function sectionFrom(source: SectionSource, cid: Cid, kind: 'commit' | 'node' | 'record'): Section {
  return requireSection(source.blocks([cid]), cid, kind)
}

function requireSection(found: readonly Section[], cid: Cid, kind: 'commit' | 'node' | 'record'): Section {
  for (const section of found) if (isSameCid(section, 0, cid.bytes, 0)) return section
  throw new MissingBlockError(cid, kind)
}

function cidAt(bytes: Uint8Array, at: number): Cid {
  return new Cid(bytes.subarray(at, at + CID_LENGTH))
}

/** Whether the CIDs at two places are the same. */
function isSameCid(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  // From the end: all CIDs begin alike.
  for (let index = CID_LENGTH - 1; index >= 0; index--) if (a[atA + index] !== b[atB + index]) return false
  return true
}

/** A position in the runs of records. */
class RecordCursor {
  readonly #runs: Iterator<SectionRun>
  #run: SectionRun = { bytes: new Uint8Array(), ends: [] }
  #next = 0
  #start = 0

  constructor(runs: Iterable<SectionRun>) {
    this.#runs = runs[Symbol.iterator]()
  }

  /** Whether the next record is the one whose CID is at `at`. */
  isAt(bytes: Uint8Array, at: number): boolean {
    while (this.#next === this.#run.ends.length) {
      const { done, value } = this.#runs.next()
      if (done) return false
      this.#run = value
      this.#next = this.#start = 0
    }
    return isSameCid(this.#run.bytes, this.#start, bytes, at)
  }

  /** Copies the next record and moves past it. */
  copyTo(car: CarPacker): void {
    const end = this.#run.ends[this.#next++]!
    car.addSection(this.#run.bytes, this.#start, end)
    this.#start = end
  }
}
