import { CarError, streamCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, type Cid, cidOfCbor } from '@atoll/data-model'
import { parseNsid } from '@atoll/syntax'
import { getFullRepo, MemoryBlockstore, BlockMap as ReferenceBlocks } from '@atproto/repo'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, revAt, seeded } from '../../test/histories.ts'
import { theirs } from '../../test/oracle.ts'
import { signCommit } from '../commit/commit.ts'
import { CorruptBlockError, type NodeReason, VerificationError, type VerificationReason } from '../errors.ts'
import { exportRepo } from '../export/export-repo.ts'
import { importLimits } from '../limits.ts'
import { layerOf } from '../mst/layer.ts'
import { Mst } from '../mst/mst.ts'
import { MstNode } from '../mst/node.ts'
import { formatPath } from '../path.ts'
import { type ImportOptions, importRepo } from './import-repo.ts'
import type { ImportedPart } from './importer.ts'
import type { OutOfOrderBlocks } from './out-of-order-blocks.ts'
import type { RepoSource } from './repo-source.ts'

const key = keyPair.didKey()

/** A repository of a few hundred records after a random history. */
function grown(seed = 3): Repository {
  const repo = new Repository(seeded(seed))
  while (repo.records.size < 400) repo.write(repo.randomWrites(40))
  return repo
}

async function exported(repo: Repository, options: { collection?: string } = {}): Promise<Block[]> {
  const blocks: Block[] = []
  const collection = options.collection === undefined ? {} : { collection: parseNsid(options.collection) }
  const load = (cids: Cid[]) => cids.flatMap((cid) => ({ cid, bytes: repo.get(cid)! }))
  for await (const block of exportRepo({ head: repo.head, load, ...collection })) blocks.push(block)
  return blocks
}

async function imported(source: RepoSource, options: Partial<ImportOptions> = {}) {
  const repo = await importRepo(source, { did, key, ...options })
  const parts: ImportedPart[] = []
  for await (const part of repo) parts.push(part)
  const records = new Map(
    parts.flatMap((part) =>
      part.kind === 'record' ? [[formatPath(part.collection, part.rkey), part.block.cid] as const] : [],
    ),
  )
  return { ...repo, parts, records }
}

function byPath(records: ReadonlyMap<string, Cid>): [string, string][] {
  return [...records].map(([path, cid]): [string, string] => [path, cid.toString()]).sort()
}

function distinct(blocks: Iterable<Block>): string[] {
  return [...new BlockMap(blocks).cids()].map(String)
}

describe('importRepo', () => {
  it('reads what exportRepo wrote, block by block', async () => {
    const repo = grown()
    const blocks = await exported(repo)
    const result = await imported(streamCar([repo.head.cid], blocks))
    expect(byPath(result.records)).toEqual(byPath(repo.records))
    expect(result.head).toEqual(repo.head)
    expect(distinct(result.parts.map(({ block }) => block))).toEqual(distinct(blocks))
    expect(result.counts).toMatchObject({ records: repo.records.size, unneeded: 0 })
  })

  it.each([1000, 30_000])('holds no more of %i records than of a few when they come in order', async (count) => {
    const entries = Array.from({ length: count }, (_, index) => {
      const block = blockOf({ $type: 'com.example.note', index })
      return { path: `com.example.note/${String(index).padStart(6, '0')}`, block }
    })
    const tree = Mst.build(entries.map(({ path, block }) => [path, block.cid]))
    const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
    const blocks = new BlockMap([block, ...tree.nodes(), ...entries.map((entry) => entry.block)])
    const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: blocks.get(cid)! }))
    const car = streamCar([block.cid], exportRepo({ head: { cid: block.cid, data: tree.root }, load }))
    const limits = { maxAwaited: 200, maxEarlyBytes: 0, maxRecentBytes: 1000 }
    const repo = await importRepo(car, { did, key, limits })
    for await (const _ of repo);
    expect(repo.counts).toMatchObject({ records: count, unneeded: 0 })
  })

  it('accepts blocks in any order, each once', async () => {
    const repo = grown()
    const blocks = [...new BlockMap(await exported(repo))]
    const random = seeded(9)

    const orders = [blocks, blocks.toReversed(), blocks.toSorted(() => random() - 0.5)]
    for (const order of orders) {
      const result = await imported({ roots: [repo.head.cid], blocks: order })
      expect(byPath(result.records)).toEqual(byPath(repo.records))
      expect(result.counts.unneeded).toBe(0)
    }
  })

  it('accepts and counts repeated blocks and blocks that nothing refers to', async () => {
    const repo = grown()
    const blocks = await exported(repo)
    const stranger = blockOf({ $type: 'com.example.note', text: 'a stranger' })
    const source = { roots: [repo.head.cid], blocks: [...blocks, blocks[1]!, stranger] }
    expect((await imported(source)).counts).toMatchObject({ records: repo.records.size, unneeded: 2 })
  })

  it('takes the first of several roots as the commit', async () => {
    const repo = grown()
    const { cid, data } = repo.head
    const result = await imported(streamCar([cid, data, cid], await exported(repo)))
    expect([result.head, byPath(result.records)]).toEqual([repo.head, byPath(repo.records)])
    const swapped = imported(streamCar([data, cid], await exported(repo)))
    await expect(swapped).rejects.toThrow(expect.objectContaining({ name: 'InvalidCommitError' }))
  })

  it('imports one collection of an export of it, and misses the rest when asked for all', async () => {
    const repo = grown()
    const collection = parseNsid('app.bsky.feed.like')
    const source = { roots: [repo.head.cid], blocks: await exported(repo, { collection }) }
    const expected = new Map([...repo.records].filter(([path]) => path.startsWith(`${collection}/`)))
    expect(byPath((await imported(source, { collection })).records)).toEqual(byPath(expected))
    await expect(imported(source)).rejects.toThrow(VerificationError)
  })

  it('reads what the reference exports', async () => {
    const repo = grown()
    const known = new ReferenceBlocks()
    for (const block of repo.blocks) known.set(theirs(block.cid), block.bytes)
    const car = getFullRepo(new MemoryBlockstore(known), theirs(repo.head.cid))
    const result = await imported(car)
    expect(byPath(result.records)).toEqual(byPath(repo.records))
    expect(result.counts.unneeded).toBe(0)
  })

  it("asks the caller's store for a record that was emitted long ago", async () => {
    const repo = grown()
    const blocks = [...new BlockMap(await exported(repo))]
    const source = { roots: [repo.head.cid], blocks }
    const limits = { maxRecentBytes: 0 }
    await expect(imported(source, { limits })).rejects.toThrow(expect.objectContaining({ reason: 'missing-record' }))
    const staged = new BlockMap(blocks)
    const outOfOrder: OutOfOrderBlocks = { put: async () => {}, take: async (cid) => staged.get(cid) }
    expect(byPath((await imported(source, { limits, outOfOrder })).records)).toEqual(byPath(repo.records))
  })

  describe('refuses', () => {
    const repo = grown()
    const whole = exported(repo)
    const [someRecord] = repo.records.values()

    const withBlocks = async (change: (blocks: Block[]) => Block[]) => ({
      roots: [repo.head.cid],
      blocks: change(await whole),
    })
    const reason = (name: VerificationReason) => expect.objectContaining({ name: 'VerificationError', reason: name })

    it('the repository of another account', async () => {
      const source = await withBlocks((blocks) => blocks)
      await expect(imported(source, { did: 'did:web:example.com' })).rejects.toThrow(reason('did'))
    })

    it('a commit that the account did not sign', async () => {
      const source = await withBlocks((blocks) => blocks)
      await expect(imported(source, { key: generateKeyPair('k256').didKey() })).rejects.toThrow(reason('signature'))
    })

    it('no root', async () => {
      await expect(imported({ roots: [], blocks: await whole })).rejects.toThrow(reason('roots'))
      await expect(imported(streamCar([], await whole))).rejects.toThrow(CarError)
    })

    it('a file without its commit, a node or a record', async () => {
      await expect(imported(await withBlocks((blocks) => blocks.slice(1)))).rejects.toThrow(reason('missing-commit'))
      const [, root, child] = await whole
      for (const node of [root!, child!]) {
        const source = withBlocks((blocks) => blocks.filter(({ cid }) => !cid.equals(node.cid)))
        await expect(imported(await source)).rejects.toThrow(reason('missing-node'))
      }
      const source = withBlocks((blocks) => blocks.filter(({ cid }) => !cid.equals(someRecord!)))
      await expect(imported(await source)).rejects.toThrow(reason('missing-record'))
    })

    it('a block whose bytes are not those of its CID', async () => {
      const source = withBlocks((blocks) =>
        blocks.map(({ cid, bytes }) => ({
          cid,
          bytes: cid.equals(someRecord!) ? bytes.map((byte) => byte ^ 1) : bytes,
        })),
      )
      await expect(imported(await source)).rejects.toThrow(new CorruptBlockError(someRecord!))
    })

    it('more bytes of paths that wait for one record than the limits allow, and no others', async () => {
      const paths = Array.from({ length: 3000 }, (_, n) => `com.example.note/${'x'.repeat(400)}-${10_000 + n}`)
      const carOf = (records: readonly Block[]) => {
        const tree = Mst.build(paths.map((path, index) => [path, records[index % records.length]!.cid]))
        const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
        const all = new BlockMap([block, ...tree.nodes(), ...records])
        const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: all.get(cid)! }))
        return { root: block.cid, blocks: all, load, data: tree.root }
      }
      const limits = { maxPathBytes: 500_000 }
      const one = carOf([blockOf({ $type: 'com.example.note', text: 'the one record' })])
      const source = () => ({ roots: [one.root], blocks: one.blocks })
      await expect(imported(source(), { limits })).rejects.toThrow(reason('too-many-blocks'))
      expect((await imported(source())).records.size).toBe(3000)
      const many = carOf(paths.map((_, index) => blockOf({ $type: 'com.example.note', index })))
      const inOrder = exportRepo({ head: { cid: many.root, data: many.data }, load: many.load })
      expect((await imported(streamCar([many.root], inOrder), { limits })).records.size).toBe(3000)
    })

    it('by default, more than 80 MiB of paths that wait for one record', async () => {
      expect(importLimits.maxPathBytes).toBe(80 * 1024 * 1024)
      const record = blockOf({ $type: 'com.example.note', text: 'the one record' })
      // Each path has 776 bytes and an overhead of 24.
      const collection = `com.${['a', 'b', 'c', 'd'].map((label) => label.repeat(63)).join('.')}.note`
      const pathOf = (n: number) => `${collection}/${String(n).padStart(775 - collection.length, '0')}`
      const count = Math.floor((80 * 1024 * 1024) / 800) + 1
      const tree = Mst.build(Array.from({ length: count }, (_, n) => [pathOf(n), record.cid]))
      const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
      const repo = await importRepo({ roots: [block.cid], blocks: [block, ...tree.nodes()] }, { did, key })
      const readAll = async () => {
        for await (const _ of repo);
      }
      await expect(readAll()).rejects.toThrow(reason('too-many-blocks'))
    })

    it('more blocks, or more disorder, than the limits allow', async () => {
      const blocks = [...new BlockMap(await whole)]
      const source = { roots: [repo.head.cid], blocks: blocks.toReversed() }
      await expect(imported(source, { limits: { maxBlocks: 100 } })).rejects.toThrow(reason('too-many-blocks'))
      await expect(imported(source, { limits: { maxAwaited: 100 } })).rejects.toThrow(reason('too-many-blocks'))
      await expect(imported(source, { limits: { maxEarlyBytes: 10_000 } })).rejects.toThrow(reason('too-many-blocks'))
    })
  })

  describe('refuses a tree', () => {
    const record = blockOf({ $type: 'com.example.note', text: 'hello' })
    const keysOf = (layer: number): string[] =>
      Array.from({ length: 2000 }, (_, index) => `com.example.note/${index}`)
        .filter((key) => layerOf(key) === layer)
        .sort()
    const [low, middle, high] = [keysOf(0), keysOf(1), keysOf(2)]
    const leaf = (...keys: string[]) => node(0, keys, [])
    const node = (layer: number, keys: string[], children: (MstNode | null)[]) =>
      new MstNode(
        layer,
        keys,
        keys.map(() => record.cid),
        keys.concat('').map((_, index) => children[index] ?? null),
      )

    /** Imports a signed repository of these nodes, the first of which is the root. */
    async function importTree(nodes: readonly MstNode[], records: readonly Block[] = [record]) {
      const { block } = signCommit({ did, data: nodes[0]!.cid, rev: revAt(1) }, keyPair)
      return imported({ roots: [block.cid], blocks: [block, ...nodes.map((each) => each.block), ...records] })
    }
    const fault = (name: NodeReason) => expect.objectContaining({ name: 'InvalidNodeError', reason: name })

    it('unless it is honest', async () => {
      const below = leaf(low[0]!)
      const top = node(1, [middle.find((key) => key > low[0]!)!], [below])
      expect((await importTree([top, below])).records.size).toBe(2)
      expect((await importTree([MstNode.empty()], [])).records.size).toBe(0)
    })

    it('with a key on the wrong layer', async () => {
      await expect(importTree([leaf(...[low[0]!, middle[0]!].sort())])).rejects.toThrow(fault('layer'))
      const wrong = leaf(middle.find((key) => key < middle.at(-1)!)!)
      await expect(importTree([node(1, [middle.at(-1)!], [wrong]), wrong])).rejects.toThrow(fault('layer'))
    })

    it('that skips a layer', async () => {
      const below = leaf(low.find((key) => key < high.at(-1)!)!)
      await expect(importTree([node(2, [high.at(-1)!], [below]), below])).rejects.toThrow(fault('layer'))
    })

    it('with something below the lowest layer', async () => {
      const below = leaf(low[0]!)
      await expect(importTree([node(0, [low[1]!], [below]), below])).rejects.toThrow(fault('layer'))
    })

    it('with keys outside the place of their node', async () => {
      const below = leaf(low.find((key) => key > middle[0]!)!)
      await expect(importTree([node(1, [middle[0]!], [below]), below])).rejects.toThrow(fault('key-order'))
    })

    it('whose keys leave their place two layers further down', async () => {
      const top = high[0]!
      const below = leaf(low.find((key) => key > top)!)
      const between = node(1, [], [below])
      await expect(importTree([node(2, [top], [between]), between, below])).rejects.toThrow(fault('key-order'))
    })

    it('with an empty node', async () => {
      const empty = node(0, [], [])
      await expect(importTree([node(1, [middle[0]!], [empty]), empty])).rejects.toThrow(fault('empty'))
    })

    it('that is not trimmed at the top', async () => {
      const below = leaf(low[0]!)
      await expect(importTree([node(1, [], [below]), below])).rejects.toThrow(fault('untrimmed'))
    })

    it('with one node in two places', async () => {
      const below = leaf(low[0]!)
      const key = middle.find((each) => each > low[0]!)!
      await expect(importTree([node(1, [key], [below, below]), below])).rejects.toThrow(fault('key-order'))
    })

    it('with keys that are not paths of records', async () => {
      const odd = Array.from({ length: 50 }, (_, index) => `note/${index}`).find((key) => layerOf(key) === 0)!
      await expect(importTree([leaf(odd)])).rejects.toThrow(fault('key-syntax'))
    })

    it('with a collection that is not normalized', async () => {
      const odd = Array.from({ length: 50 }, (_, index) => `com.Example.note/${index}`)
      await expect(importTree([leaf(odd.find((key) => layerOf(key) === 0)!)])).rejects.toThrow(fault('key-syntax'))
    })

    it('whose record has more than 1,000,000 bytes', async () => {
      const bytes = new Uint8Array(1_000_001)
      const large = { cid: cidOfCbor(bytes), bytes }
      const tree = new MstNode(0, [low[0]!], [large.cid], [null, null])
      await expect(importTree([tree], [large])).rejects.toThrow(expect.objectContaining({ reason: 'record-size' }))
    })
  })
})
