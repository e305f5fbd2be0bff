import { BlockMap, type Cid, cidOfCbor } from '@atoll/data-model'
import { formatTid } from '@atoll/syntax'
import { benchmark } from '@atoll/testkit'
import { DataDiff, MemoryBlockstore, MST, BlockMap as ReferenceBlocks } from '@atproto/repo'
import { integer, seeded } from '../../test/histories.ts'
import { theirs } from '../../test/oracle.ts'
import { diffMst } from '../index.ts'
import { Mst } from './mst.ts'

const random = seeded(1)
const value = cidOfCbor(Uint8Array.of(0xa0))

function postKey(count: number): string {
  return `app.bsky.feed.post/${formatTid(1_700_000_000_000_000 + count * 1_000_000, 5)}`
}

function entriesUpTo(count: number): [string, Cid][] {
  return Array.from({ length: count }, (_, index) => [postKey(index), value])
}

/** A key that lies between two of a tree of `count`. */
function keyBetween(count: number): string {
  return `app.bsky.feed.post/${formatTid(1_700_000_000_000_000 + integer(random, count) * 1_000_000 + 1 + integer(random, 999_998), 5)}`
}

function stored(tree: Mst): BlockMap {
  return new BlockMap(tree.nodes())
}

async function reference(blocks: BlockMap, root: Cid): Promise<MST> {
  const known = new ReferenceBlocks()
  for (const { cid, bytes } of blocks) known.set(theirs(cid), bytes)
  return MST.load(new MemoryBlockstore(known), theirs(root))
}

const count = 100_000
const entries = entriesUpTo(count)
const built = Mst.build(entries)
const blocks = stored(built)
const root = built.root
const get = (cid: Cid) => blocks.get(cid)
const tree = Mst.load(root, get)
const referenceTree = await reference(blocks, root)
const referenceValue = theirs(value)

// What a write needs of a tree: its new root, and the blocks to store.
let newest = count
await benchmark(
  'insert the newest of 100,000 keys, warm',
  {
    atoll: () => tree.add(postKey(newest++), value).newBlocks(),
    '@atproto/repo': async () => (await referenceTree.add(postKey(newest++), referenceValue)).getUnstoredBlocks(),
  },
  { floor: 20 },
)
await benchmark('insert the newest of 100,000 keys, warm, the root only', {
  atoll: () => tree.add(postKey(newest++), value).root,
  '@atproto/repo': async () => (await referenceTree.add(postKey(newest++), referenceValue)).getPointer(),
})
await benchmark('insert any of 100,000 keys, cold', {
  atoll: () => {
    const before = Mst.load(root, get)
    return diffMst(before, before.add(keyBetween(count), value)).added.size
  },
  '@atproto/repo': async () =>
    (await MST.load(referenceTree.storage, theirs(root)).add(keyBetween(count), referenceValue)).getUnstoredBlocks(),
})

const changed = entries.map(([key, cid], index): [string, Cid] => [
  key,
  index % 10_000 === 77 ? cidOfCbor(Uint8Array.of(1)) : cid,
])
const later = Mst.build(changed)
const laterBlocks = stored(later)
const both = new BlockMap([...blocks, ...laterBlocks])
const getBoth = (cid: Cid) => both.get(cid)
const referenceBoth = (await reference(both, root)).storage
await benchmark(
  'diff two trees of 100,000 keys, 10 apart',
  {
    atoll: () => diffMst(Mst.load(root, getBoth), Mst.load(later.root, getBoth)).ops.length,
    '@atproto/repo': () =>
      DataDiff.of(MST.load(referenceBoth, theirs(later.root)), MST.load(referenceBoth, theirs(root))),
  },
  { floor: 12 },
)

await benchmark(
  'list 100,000 keys, cold',
  {
    atoll: () => {
      let keys = 0
      for (const _ of Mst.load(root, get).entries()) keys++
      return keys
    },
    '@atproto/repo': () => MST.load(referenceTree.storage, theirs(root)).leaves(),
  },
  { rounds: 3 },
)

await benchmark(
  'build a tree of 100,000 keys',
  {
    atoll: () => Mst.build(entries).newBlocks(),
    '@atproto/repo': async () => {
      let added = await MST.create(new MemoryBlockstore())
      for (const [key] of entries) added = await added.add(key, referenceValue)
      return added.getUnstoredBlocks()
    },
  },
  { floor: 25, rounds: 3 },
)

// Ours at two sizes. Each insert goes on the tree of the one before, as a repository grows.
const large = 1_000_000
let grown = built
let largeGrown = Mst.build(entriesUpTo(large))
let newestOfLarge = large
largeGrown.root
await benchmark(
  'insert into 1,000,000 keys, against 100,000',
  {
    '1,000,000 keys': () => (largeGrown = largeGrown.add(postKey(newestOfLarge++), value)).root,
    '100,000 keys': () => (grown = grown.add(postKey(newest++), value)).root,
  },
  { floor: 1 / 1.5 },
)
