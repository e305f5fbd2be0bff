import { writeCar } from '@atoll/car'
import { type Block, BlockMap, type Cid, cidOfCbor } from '@atoll/data-model'
import type { FuzzTarget } from '@atoll/testkit'
import { did, integer, keyPair, pick, Repository, recordBlock, revAt, seeded } from '../test/histories.ts'
import { signCommit } from './commit/commit.ts'
import { formatPath, importRepo, layerOf, Mst, RepoError, verifyDiff } from './index.ts'
import { MstNode } from './mst/node.ts'

// Trees that somebody assembled from nodes, old and new, and signed: well-formed parts that mostly
// do not fit together. What is accepted must be the one tree of its records.

const key = keyPair.didKey()
const random = seeded(81)
const known = new Repository(random)
while (known.records.size < 40) known.write(known.randomWrites(10))
const knownNodes = [...Mst.load(known.head.data, known.get).nodes()]
const records = Array.from({ length: 8 }, () => recordBlock(random))
const paths = [
  ...known.records.keys(),
  ...Array.from({ length: 60 }, (_, index) => `com.example.note/new-${index}`),
].sort()
const layers = new Map(paths.map((path) => [path, layerOf(path)]))

interface Forgery {
  readonly root: Cid
  readonly nodes: readonly Block[]
}

/** A few nodes, each of random keys over random children. Often one change to a tree that fits. */
function forge(bytes: Uint8Array): Forgery {
  const next = seeded(bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, bytes.length))
  const honest = Mst.build(sample(next, 12).map((path) => [path, pick(next, records).cid]))
  const nodes = integer(next, 3) === 0 ? [] : [...honest.nodes()]
  for (let count = integer(next, 6); count > 0; count--) {
    const layer = integer(next, 4)
    const fitting = integer(next, 4) > 0
    const keys = sample(next, integer(next, 4)).filter((path) => !fitting || layers.get(path) === layer)
    const child = () =>
      integer(next, 3) === 0 ? null : pick(next, nodes.length > 0 && integer(next, 3) > 0 ? nodes : knownNodes).cid
    const values = keys.map(() => pick(next, records).cid)
    nodes.push(new MstNode(layer, keys, values, Array.from({ length: keys.length + 1 }, child)).block)
  }
  const root = integer(next, 4) === 0 || nodes.length === 0 ? honest.root : (nodes.at(-1)?.cid ?? honest.root)
  return { root, nodes: integer(next, 4) === 0 ? [...nodes, ...knownNodes] : nodes }
}

function sample(next: () => number, count: number): string[] {
  return [...new Set(Array.from({ length: count }, () => pick(next, paths)))].sort()
}

/** The forgery as a signed repository. */
function signed({ root, nodes }: Forgery): { commit: Block; blocks: Block[] } {
  const { block: commit } = signCommit({ did, data: root, rev: revAt(10_000) }, keyPair)
  return { commit, blocks: [commit, ...new BlockMap([...nodes, ...records])] }
}

function requireTree(entries: Iterable<readonly [string, Cid]>, root: Cid): void {
  const honest = Mst.build([...entries]).root
  if (!honest.equals(root)) throw new Error(`${root} is accepted for the tree ${honest}`)
}

const seeds = Array.from({ length: 16 }, (_, index) => cidOfCbor(Uint8Array.of(index)).digest)

export const targets: FuzzTarget[] = [
  {
    name: 'import of a forged tree',
    seeds,
    refusals: [RepoError],
    async run(bytes) {
      const forgery = forge(bytes)
      const { commit, blocks } = signed(forgery)
      const found = new Map<string, Cid>()
      const all = [...blocks, ...known.blocks]
      for await (const part of await importRepo({ roots: [commit.cid], blocks: all }, { did, key })) {
        if (part.kind === 'record') found.set(formatPath(part.collection, part.rkey), part.block.cid)
      }
      requireTree(found, forgery.root)
    },
  },
  {
    name: 'diff to a forged tree',
    seeds,
    refusals: [RepoError],
    run(bytes) {
      const forgery = forge(bytes)
      const { commit, blocks } = signed(forgery)
      const car = writeCar([commit.cid], blocks)
      const { ops } = verifyDiff(car, { did, key, previous: known.head, get: known.get })
      const entries = new Map(known.records)
      for (const { path, cid } of ops) {
        if (cid === null) entries.delete(path)
        else entries.set(path, cid)
      }
      requireTree(entries, forgery.root)
    },
  },
]
