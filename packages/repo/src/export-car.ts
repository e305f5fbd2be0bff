import { CarPacker } from '@atoll/car'
import { CID_LENGTH, Cid, type Section, type SectionRun } from '@atoll/data-model'
import type { Head } from './commit.ts'
import { MissingBlockError } from './errors.ts'
import { linksOfNode } from './mst-node-codec.ts'

/** The blocks of one repository where they are at hand, in bulk. */
export interface SectionSource {
  /** Those of `cids` that there are, in any order. */
  blocks(cids: readonly Cid[]): readonly Section[]
  /** The records in the order of the tree, which is that of their paths by code unit. */
  records(): Iterable<SectionRun>
}

/** How far ahead nodes are asked for. */
const linksAtOnce = 128

/** A link that is still to be followed, in its place in the order: to the CID that lies at `at`. */
interface Link {
  readonly kind: 'commit' | 'node' | 'record'
  readonly bytes: Uint8Array
  readonly at: number
  /** What it leads to, once that was loaded. */
  section?: Section
}

/**
 * A whole repository as a CAR file, in chunks of 64 KiB, where its blocks are at hand: what `streamCar` makes of `exportRepo`,
 * in much less time. Records are not searched for but taken as they come in order; one that does not come is asked for.
 * Nothing is hashed: the source is believed. Memory does not grow with the repository.
 * @throws MissingBlockError, InvalidNodeError
 * @see https://atproto.com/specs/repository#car-file-serialization
 */
export function* exportCar(head: Pick<Head, 'cid' | 'data'>, source: SectionSource): Generator<Uint8Array, void> {
  const car = new CarPacker([head.cid])
  const records = new RecordCursor(source.records())
  // A stack: what comes next is last.
  const waiting: Link[] = [
    { kind: 'node', bytes: head.data.bytes, at: 0 },
    { kind: 'commit', bytes: head.cid.bytes, at: 0 },
  ]
  for (let link = waiting.pop(); link; link = waiting.pop()) {
    if (link.kind === 'record') {
      if (records.isAt(link)) records.copyTo(car)
      else addWhole(car, sectionFor(link, source.blocks([cidOf(link)])))
    } else if (link.section) addWhole(car, link.section)
    else {
      waiting.push(link)
      unfold(waiting, source)
    }
    yield* car.takeFull()
  }
  yield* car.takeRest()
}

function addWhole(car: CarPacker, section: Section): void {
  car.addSection(section, 0, section.length)
}

/** Loads the nodes among what comes next, and puts behind each what hangs from it. */
function unfold(waiting: Link[], source: SectionSource): void {
  const window = waiting.splice(-linksAtOnce)
  const found = source.blocks(window.filter(({ kind, section }) => kind !== 'record' && !section).map(cidOf))
  for (const link of window) {
    if (link.kind !== 'record' && !link.section) {
      link.section = sectionFor(link, found)
      if (link.kind === 'node') pushBelow(waiting, link.section)
    }
    waiting.push(link)
  }
}

/** The links of a node, in reverse order. */
function pushBelow(waiting: Link[], bytes: Section): void {
  const { values, children } = linksOfNode(bytes, CID_LENGTH)
  for (let index = values.length; index >= 0; index--) {
    if (index < values.length) waiting.push({ kind: 'record', bytes, at: values[index]! })
    const at = children[index]!
    if (at > 0) waiting.push({ kind: 'node', bytes, at })
  }
}

function sectionFor(link: Link, found: readonly Section[]): Section {
  const section = found.find((section) => isSame(section, 0, link.bytes, link.at))
  if (!section) throw new MissingBlockError(cidOf(link), link.kind)
  return section
}

function cidOf({ bytes, at }: Link): Cid {
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

  /** Whether the next record is that of `link`. */
  isAt({ bytes, at }: Link): boolean {
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
