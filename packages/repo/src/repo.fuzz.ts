import { CarError, readCar, writeCar } from '@atoll/car'
import { type Block, BlockMap, type Cid, cidOfCbor, parseCid } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import type { FuzzTarget } from '@atoll/testkit'
import { did, keyPair, Repository, revAt, seeded } from '../test/histories.ts'
import { signCommit } from './commit/commit.ts'
import {
  decodeCommit,
  formatPath,
  importRepo,
  proveRecord,
  RepoError,
  verifyDiff,
  verifyProof,
  verifySlice,
} from './index.ts'
import { decodeNode, encodeNode } from './mst/node-codec.ts'

const key = keyPair.didKey()
const repo = new Repository(seeded(61))
while (repo.records.size < 60) repo.write(repo.randomWrites(10))
const known = { previous: repo.head, blocks: new BlockMap(repo.blocks) }
const commit = repo.write(repo.randomWrites(6))
const [path] = [...repo.records.keys()]
const [collection, rkey] = [parseNsid(path!.split('/')[0]!), parseRecordKey(path!.split('/')[1]!)]

const proof = writeCar([repo.head.cid], proveRecord({ head: repo.head, get: repo.get, collection, rkey }))
const whole = writeCar([repo.head.cid], repo.blocks)
const slice = writeCar([commit.head.cid], commit.slice)
const gained = writeCar([commit.head.cid], new BlockMap(commit.added))
const nodes = commit.added.flatMap(({ bytes }) => (bytes[0] === 0xa2 && bytes[2] === 0x65 ? [bytes] : []))
const wide = Array.from({ length: 300 }, (_, index) => `com.example.note/${String(index).padStart(4, '0')}`)
const value = cidOfCbor(Uint8Array.of(1))
const seeds = [
  ...nodes,
  encodeNode([], [], [null]),
  encodeNode(
    wide,
    wide.map(() => value),
    [...wide, ''].map(() => null),
  ),
]
const tokens = [
  [0xa4, 0x61, 0x6b],
  [0x61, 0x70],
  [0x61, 0x74, 0xf6],
  [0x61, 0x76],
  [0xd8, 0x2a, 0x58, 0x25, 0],
  [0xa2, 0x61, 0x65],
  [0x61, 0x6c],
  [0x58, 0xff],
  [0x99, 0xff, 0xff],
].map((token) => Uint8Array.from(token))

/**
 * The blocks under the CIDs of their bytes: a change then gets past the hash, to what reads the
 * block.
 */
function rehashed(car: Uint8Array): { roots: Cid[]; blocks: Block[] } {
  const { roots, blocks } = readCar(car, { verify: false, maxBlocks: 1000 })
  return { roots, blocks: blocks.map(({ bytes }) => ({ cid: cidOfCbor(bytes), bytes })) }
}

export const targets: FuzzTarget[] = [
  {
    name: 'MST node',
    seeds,
    tokens,
    refusals: [RepoError],
    run(bytes) {
      const { keys, values, children } = decodeNode(bytes)
      const again = encodeNode(keys, values, children)
      if (Buffer.compare(again, bytes) !== 0) throw new Error('what was read is written differently')
    },
  },
  { name: 'commit', seeds: [commit.commit.bytes], refusals: [RepoError], run: (bytes) => void decodeCommit(bytes) },
  {
    name: 'proof',
    seeds: [proof],
    tokens,
    refusals: [RepoError, CarError],
    run(bytes) {
      const { cid } = verifyProof(bytes, { did, key, collection, rkey })
      if (!cid?.equals(repo.records.get(path!)!)) throw new Error('the proof shows something else')
    },
  },
  {
    name: 'import',
    seeds: [whole, proof],
    tokens,
    refusals: [RepoError, CarError],
    async run(bytes) {
      const found = new Map<string, string>()
      for await (const part of await importRepo(bytes, { did, key })) {
        if (part.kind === 'record') found.set(formatPath(part.collection, part.rkey), part.block.cid.toString())
      }
      for (const [each, cid] of repo.records) {
        if (found.get(each) !== cid.toString()) throw new Error(`another record at ${each}`)
      }
    },
  },
  {
    name: 'diff',
    seeds: [gained, whole],
    tokens,
    refusals: [RepoError, CarError],
    run(bytes) {
      const { head } = verifyDiff(bytes, { did, key, previous: known.previous, get: (cid) => known.blocks.get(cid) })
      const { data } = commit.prev?.cid.equals(head.cid) ? commit.prev : commit.head
      if (!head.data.equals(data)) throw new Error('another state is accepted for this one')
    },
  },
  {
    name: 'diff to a changed root node that was signed',
    seeds: nodes,
    tokens,
    refusals: [RepoError, CarError],
    run(bytes) {
      const data = cidOfCbor(bytes)
      const { block } = signCommit({ did, data, rev: revAt(10_000) }, keyPair)
      const car = writeCar([block.cid], [block, { cid: data, bytes }, ...commit.added])
      verifyDiff(car, { did, key, previous: known.previous, get: (cid) => known.blocks.get(cid) })
    },
  },
  {
    name: '#commit slice, its blocks changed under their own CIDs',
    seeds: [slice],
    tokens,
    refusals: [CarError],
    run(bytes) {
      const { roots, blocks } = rehashed(bytes)
      const root = roots[0] ?? parseCid('bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm')
      const { head, since, prev, ops } = commit
      const verdict = verifySlice(
        { did, rev: head.rev, since, commit: root, prevData: prev?.data, ops, roots, blocks },
        { key },
      )
      if (verdict.outcome === 'accept' && !verdict.head.data.equals(head.data)) {
        throw new Error('another tree is accepted for this one')
      }
    },
  },
]
