import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, type Cid } from '@atoll/data-model'
import { MemoryBlockstore, BlockMap as ReferenceBlocks, Repo as ReferenceRepo, verifyDiffCar } from '@atproto/repo'
import { describe, expect, it } from 'vitest'
import { did, integer, keyPair, Repository, recordBlock, revAt, seeded } from '../../test/histories.ts'
import { theirs } from '../../test/oracle.ts'
import { withBlocks } from '../block-source.ts'
import { signCommit } from '../commit/commit.ts'
import { InvalidNodeError, MissingBlockError, VerificationError } from '../errors.ts'
import { exportRepo } from '../export/export-repo.ts'
import { layerOf } from '../mst/layer.ts'
import { Mst } from '../mst/mst.ts'
import { MstNode } from '../mst/node.ts'
import { type DiffContext, verifyDiff } from './verify-diff.ts'

const key = keyPair.didKey()

/** A repository as somebody else keeps it: a copy from one moment. */
function copyOf(repo: Repository): Repository {
  const copy = new Repository(seeded(0))
  for (const { cid } of [...copy.blocks]) copy.blocks.delete(cid)
  copy.blocks.addAll(repo.blocks)
  copy.references.clear()
  for (const [cid, count] of repo.references) copy.references.set(cid, count)
  for (const [path, cid] of repo.records) copy.records.set(path, cid)
  copy.head = repo.head
  return copy
}

/** What `getRepo` returns for a `since`: the commit, and the blocks that were added since. */
function carSince(known: Repository, repo: Repository): Uint8Array {
  const blocks = [...repo.blocks].filter(({ cid }) => !known.blocks.has(cid))
  return writeCar([repo.head.cid], [{ cid: repo.head.cid, bytes: repo.get(repo.head.cid)! }, ...blocks])
}

const contextOf = (known: Repository): DiffContext => ({ did, key, previous: known.head, get: known.get })
const contentOf = ({ blocks, references, records, head }: Repository) => ({
  blocks: [...blocks.cids()].map(String).sort(),
  references: [...references].sort(),
  records: [...records].map(([path, cid]) => `${path} ${cid}`).sort(),
  head,
})

async function referenceRepo(repo: Repository): Promise<ReferenceRepo> {
  const blocks = new ReferenceBlocks()
  for (const { cid, bytes } of repo.blocks) blocks.set(theirs(cid), bytes)
  return ReferenceRepo.load(new MemoryBlockstore(blocks), theirs(repo.head.cid))
}

describe('verifyDiff', () => {
  it('finds what the reference finds, and brings a copy to where the repository is, through any history', async () => {
    const random = seeded(71)
    const repo = new Repository(random)
    let known = copyOf(repo)
    for (let written = 0; written < 3000; ) {
      for (let commits = 1 + integer(random, 8); commits > 0; commits--) {
        written += repo.write(repo.randomWrites(25)).ops.length
      }
      const car = carSince(known, repo)
      const diff = verifyDiff(car, contextOf(known))

      const reference = await verifyDiffCar(await referenceRepo(known), car, did, key, { ensureLeaves: false })
      const theirOps = reference.writes.map((write) => [
        write.action,
        `${write.collection}/${write.rkey}`,
        'cid' in write && write.action !== 'delete' ? String(write.cid) : null,
      ])
      expect(diff.ops.map(({ action, path, cid }) => [action, path, cid && String(cid)])).toEqual(
        theirOps.sort(([, a], [, b]) => (a! < b! ? -1 : 1)),
      )
      expect(diff.head.cid.toString()).toBe(reference.commit.cid.toString())

      known.accept({ ...diff, slice: new BlockMap() })
      expect(contentOf(known)).toEqual(contentOf(repo))
      known = copyOf(repo)
    }
  })

  const repo = new Repository(seeded(72))
  while (repo.records.size < 400) repo.write(repo.randomWrites(40))
  const known = copyOf(repo)
  repo.write(repo.randomWrites(30))
  repo.write(repo.randomWrites(30))
  const car = carSince(known, repo)
  const added = [...repo.blocks].filter(({ cid }) => !known.blocks.has(cid))
  const carOf = (blocks: Iterable<Block>, root = repo.head.cid) => writeCar([root], blocks)

  it('accepts a whole repository when nothing was known', async () => {
    const blocks: Block[] = []
    const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: repo.get(cid)! }))
    for await (const block of exportRepo({ head: repo.head, load })) blocks.push(block)
    const diff = verifyDiff(carOf(blocks), { did, key })
    expect(new Map(diff.ops.map(({ path, cid }) => [path, cid]))).toEqual(repo.records)
    expect([diff.prev, diff.since]).toEqual([undefined, null])
  })

  it('returns the operations between the two states, and the earlier one', () => {
    const diff = verifyDiff(car, contextOf(known))
    expect(diff).toMatchObject({ did, head: repo.head, since: known.head.rev, prev: known.head, unreadable: [] })
    expect(diff.ops.every(({ path, prev }) => String(prev) === String(known.records.get(path)))).toBe(true)
  })

  it('finds nothing in the state that is known', () => {
    const same = carOf([{ cid: known.head.cid, bytes: known.get(known.head.cid)! }], known.head.cid)
    expect(verifyDiff(same, contextOf(known))).toMatchObject({ ops: [], added: [], removed: [], head: known.head })
  })

  it('accepts a commit that changes nothing', () => {
    const { block } = signCommit({ did, data: known.head.data, rev: revAt(10_000) }, keyPair)
    const diff = verifyDiff(carOf([block], block.cid), contextOf(known))
    expect(diff).toMatchObject({ ops: [], added: [block], removed: [known.head.cid] })
  })

  it('accepts more blocks than are needed, such as the whole repository', () => {
    const commit = { cid: repo.head.cid, bytes: repo.get(repo.head.cid)! }
    const all = verifyDiff(carOf([commit, ...repo.blocks, ...known.blocks]), contextOf(known))
    expect(all).toEqual(verifyDiff(car, contextOf(known)))
  })

  it('reads an asynchronous storage through withBlocks', async () => {
    const load = async (cids: Cid[]) => known.blocksOf(cids)
    const diff = await withBlocks(load, (get) => verifyDiff(car, { ...contextOf(known), get }))
    expect(diff).toEqual(verifyDiff(car, contextOf(known)))
  })

  const reasonOf = (car: Uint8Array, changes: Partial<DiffContext> = {}) => {
    try {
      verifyDiff(car, { ...contextOf(known), ...changes })
      return 'taken'
    } catch (error) {
      return error instanceof VerificationError || error instanceof InvalidNodeError
        ? error.reason
        : (error as Error).name
    }
  }

  it.each<[string, Uint8Array, Partial<DiffContext>, string]>([
    ['the repository of another account', car, { did: 'did:web:example.com' }, 'did'],
    ['what another key signed', car, { key: generateKeyPair('k256').didKey() }, 'signature'],
    ['a file without its commit', carOf(added.filter(({ cid }) => !cid.equals(repo.head.cid))), {}, 'missing-commit'],
    ['an older state than is known', carSince(repo, known), { previous: repo.head, get: repo.get }, 'rev'],
    ['a file of more blocks than allowed', car, { limits: { maxBlocks: 3 } }, 'CarError'],
  ])('refuses %s', (_, car, changes, reason) => {
    expect(reasonOf(car, changes)).toBe(reason)
  })

  it('throws when any one of the new blocks is missing', () => {
    for (const { cid } of added) {
      const rest = added.filter((block) => !block.cid.equals(cid))
      if (!cid.equals(repo.head.cid)) expect(() => verifyDiff(carOf(rest), contextOf(known))).toThrow(MissingBlockError)
    }
  })

  /** A signed commit of nodes that somebody made by hand. */
  const forged = (root: MstNode, ...others: Block[]) => {
    const { block } = signCommit({ did, data: root.cid, rev: revAt(10_000) }, keyPair)
    return carOf([block, root.block, ...others], block.cid)
  }
  const top = Mst.load(known.head.data, known.get).internals.top
  const record = recordBlock(seeded(1))
  const highest = (prefix: string) => {
    for (let count = 0; ; count++) if (layerOf(`${prefix}${count}`) === top.layer) return `${prefix}${count}`
  }

  it('refuses subtrees of the known state that hang where their keys do not belong', () => {
    const children = top.children.toReversed()
    expect(reasonOf(forged(new MstNode(top.layer, top.keys, top.values, children)))).toMatch(/tree|key-order/)
  })

  it('refuses one subtree of the known state in two places', () => {
    const child = top.children.find((child) => child !== null)!
    const keys = [highest('zzz.example.note/a'), highest('zzz.example.note/b')]
    const root = new MstNode(top.layer, keys, [record.cid, record.cid], [child, child, null])
    expect(reasonOf(forged(root, record))).toBe('key-order')
  })

  it('refuses a new node whose keys are not of its layer', () => {
    const low = Array.from({ length: 99 }, (_, index) => `zzz.example.note/${index}`).find(
      (key) => layerOf(key) < top.layer,
    )!
    const root = new MstNode(top.layer, [...top.keys, low], [...top.values, record.cid], [...top.children, null])
    expect(reasonOf(forged(root, record))).toBe('layer')
  })

  it('refuses a file of some kilobytes with megabytes of paths', () => {
    const record = recordBlock(seeded(4))
    const paths = Array.from({ length: 3000 }, (_, n) => `com.example.note/${'x'.repeat(400)}-${10_000 + n}`)
    const tree = Mst.build(paths.map((path) => [path, record.cid]))
    const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
    const car = writeCar([block.cid], [block, ...tree.nodes(), record])
    expect(verifyDiff(car, { did, key }).ops).toHaveLength(3000)
    const refusal = expect.objectContaining({ name: 'VerificationError', reason: 'too-many-blocks' })
    expect(() => verifyDiff(car, { did, key, limits: { maxPathBytes: 1_000_000 } })).toThrow(refusal)
  })

  it('refuses by default more bytes of paths than 16 MiB and four times the length of the file', () => {
    const record = recordBlock(seeded(4))
    // Each path has 776 bytes and an overhead of 24. Wide nodes keep the file short.
    const collection = `com.${['a', 'b', 'c', 'd'].map((label) => label.repeat(63)).join('.')}.note`
    const paths: string[] = []
    for (let n = 0; paths.length < 36_000; n++) {
      const path = `${collection}/${String(n).padStart(775 - collection.length, '0')}`
      if (layerOf(path) === 0 || n % 50 === 0) paths.push(path)
    }
    const tree = Mst.build(paths.map((path) => [path, record.cid]))
    const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
    const carWith = (filler: string) => writeCar([block.cid], [block, ...tree.nodes(), record, blockOf(filler)])
    const leastLength = (paths.length * 800 - 16 * 1024 * 1024) / 4
    const filler = '-'.repeat(leastLength - carWith('-'.repeat(100_000)).length + 100_000)
    const accepted = carWith(filler)
    expect(accepted).toHaveLength(leastLength)
    expect(verifyDiff(accepted, { did, key }).ops).toHaveLength(paths.length)
    const refusal = expect.objectContaining({ name: 'VerificationError', reason: 'too-many-blocks' })
    expect(() => verifyDiff(carWith(filler.slice(1)), { did, key })).toThrow(refusal)
  })

  it('refuses a tree with one key in two places, half of it in the known state', () => {
    // The subtree is where it was, and one of its keys was also added above it.
    const { keys } = Mst.load(known.head.data, known.get).internals.source.child(top, 0)!
    const root = new MstNode(top.layer, [keys[0]!, ...top.keys], [record.cid, ...top.values], [null, ...top.children])
    expect(reasonOf(forged(root, record))).toBe('layer')
  })
})
