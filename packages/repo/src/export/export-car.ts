import { CarPacker } from '@atoll/car'
import { CID_LENGTH, Cid, type Section, type SectionRun } from '@atoll/data-model'
import type { Head } from '../commit/commit.ts'
import { MissingBlockError } from '../errors.ts'
import { linksOfNode } from '../mst/node-codec.ts'

/** The blocks of one repository where they are at hand, in bulk. */
export interface SectionSource {
  /** Those of `cids` that there are, in any order. */
  blocks(cids: readonly Cid[]): readonly Section[]
  /**
   * The records in the order of the tree, which is that of their paths by code unit. A run need only be valid until the next is asked for:
   * then its memory may be freed.
   */
  records(): Iterable<SectionRun>
}

/** A whole repository as a CAR file, once. */
export interface CarExport extends Iterable<Uint8Array> {
  /** Hands back a chunk that nobody will read again, so that its memory is reused. A reader that keeps chunks does not call it. */
  release(chunk: Uint8Array): void
}

/** How many nodes are asked for at once. */
const nodesAtOnce = 32

/**
 * A whole repository as a CAR file, in chunks of `chunkBytes` (default 63 KiB), where its blocks are at hand: what `streamCar` makes of
 * `exportRepo`, in much less time. Records are not searched for but taken as they come in order; one that does not come is asked for.
 * Nothing is hashed: the source is believed. Memory does not grow with the repository. What goes wrong is thrown while it is read:
 * `MissingBlockError`, `InvalidNodeError`.
 * @see https://atproto.com/specs/repository#car-file-serialization
 */
export function exportCar(
  head: Pick<Head, 'cid' | 'data'>,
  source: SectionSource,
  { chunkBytes }: { chunkBytes?: number } = {},
): CarExport {
  const car = new CarPacker([head.cid], chunkBytes)
  return {
    [Symbol.iterator]: () => packed(car, head, source),
    release: (chunk) => car.release(chunk),
  }
}

function* packed(car: CarPacker, head: Pick<Head, 'cid' | 'data'>, source: SectionSource): Generator<Uint8Array, void> {
  const records = new RecordCursor(source.records())
  addWhole(car, only(source, head.cid, 'commit'))
  const root = new OpenNode(only(source, head.data, 'node'))
  addWhole(car, root.section)
  /** From the root to the node at hand. */
  const path = [root]
  for (let node = path.at(-1); node; node = path.at(-1)) {
    const { section, links, next } = node
    const at = links[next]
    if (at === undefined) path.pop()
    else if (next % 2 === 1) {
      node.next++
      if (records.isAt(section, at)) records.copyTo(car)
      else addWhole(car, only(source, cidAt(section, at), 'record'))
    } else if (at === 0) node.next++
    else {
      if (!node.below[next]) loadAhead(path, source)
      const below = node.takeNext()
      addWhole(car, below.section)
      path.push(below)
    }
    if (car.hasFull) yield* car.takeFull()
  }
  yield* car.takeRest()
}

function addWhole(car: CarPacker, section: Section): void {
  car.addSection(section, 0, section.length)
}

/** A node whose links are being followed. */
class OpenNode {
  readonly section: Section
  /** Where in the section the CIDs are, as `linksOfNode` finds them. */
  readonly links: readonly number[]
  /** The link that comes next. */
  next = 0
  /** What was loaded ahead, in the places of its links. */
  readonly below: (OpenNode | undefined)[] = []

  constructor(section: Section) {
    this.section = section
    this.links = linksOfNode(section, CID_LENGTH)
  }

  /** What hangs from the next link, which was loaded. Nobody else keeps it. */
  takeNext(): OpenNode {
    const index = this.next++
    const node = this.below[index]!
    this.below[index] = undefined
    return node
  }
}

/** Where a node hangs. */
interface Place {
  readonly node: OpenNode
  readonly index: number
}

/** Loads the nodes that come next, as far as is known of the tree. */
function loadAhead(path: readonly OpenNode[], source: SectionSource): void {
  const places: Place[] = []
  for (let depth = path.length - 1; depth >= 0; depth--) findUnloaded(path[depth]!, places)
  const cids = places.map(({ node, index }) => cidAt(node.section, node.links[index]!))
  const found = source.blocks(cids)
  places.forEach(({ node, index }, place) => {
    node.below[index] = new OpenNode(sectionOf(found, cids[place]!, 'node'))
  })
}

/** Adds what is not loaded below a node, in order, until there are enough. */
function findUnloaded(node: OpenNode, places: Place[]): void {
  for (let index = node.next + (node.next % 2); index < node.links.length; index += 2) {
    if (places.length === nodesAtOnce) return
    const loaded = node.below[index]
    if (loaded) findUnloaded(loaded, places)
    else if (node.links[index] !== 0) places.push({ node, index })
  }
}

function only(source: SectionSource, cid: Cid, kind: 'commit' | 'node' | 'record'): Section {
  return sectionOf(source.blocks([cid]), cid, kind)
}

function sectionOf(found: readonly Section[], cid: Cid, kind: 'commit' | 'node' | 'record'): Section {
  for (const section of found) if (isSame(section, 0, cid.bytes, 0)) return section
  throw new MissingBlockError(cid, kind)
}

function cidAt(bytes: Uint8Array, at: number): Cid {
  return new Cid(bytes.subarray(at, at + CID_LENGTH))
}

/** Whether two CIDs are the same. */
function isSame(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  // From the end: the beginnings are all alike.
  for (let index = CID_LENGTH - 1; index >= 0; index--) if (a[atA + index] !== b[atB + index]) return false
  return true
}

/** Where among the records in order an export is. */
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
    return isSame(this.#run.bytes, this.#start, bytes, at)
  }

  /** Copies the next record, and goes on. */
  copyTo(car: CarPacker): void {
    const end = this.#run.ends[this.#next++]!
    car.addSection(this.#run.bytes, this.#start, end)
    this.#start = end
  }
}
