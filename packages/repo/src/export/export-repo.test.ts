import { writeCar } from '@atoll/car'
import { type Block, BlockMap, type Cid } from '@atoll/data-model'
import { parseNsid } from '@atoll/syntax'
import { verifyRecords, verifyRepoCar } from '@atproto/repo'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, seeded } from '../../test/histories.ts'
import { CorruptBlockError, MissingBlockError } from '../errors.ts'
import { decodeNode } from '../mst/node-codec.ts'
import { type ExportOptions, exportRepo } from './export-repo.ts'

const repo = new Repository(seeded(51))
while (repo.records.size < 700) repo.write(repo.randomWrites(40))

function load(cids: Cid[]): Block[] {
  return cids.flatMap((cid) => {
    const bytes = repo.get(cid)
    return bytes ? [{ cid, bytes }] : []
  })
}

async function exported(options: Partial<ExportOptions> = {}): Promise<Block[]> {
  const blocks: Block[] = []
  for await (const block of exportRepo({ head: repo.head, load, ...options })) blocks.push(block)
  return blocks
}

/** The streamable order, by the plainest recursion. */
function preOrder(cid: Cid): Cid[] {
  const { keys, values, children } = decodeNode(repo.get(cid)!)
  const below = (child: Cid | null) => (child ? preOrder(child) : [])
  return [cid, ...below(children[0]!), ...keys.flatMap((_, index) => [values[index]!, ...below(children[index + 1]!)])]
}

describe('exportRepo', () => {
  it('exports the commit, then each node before its children and records, in the order of their keys', async () => {
    const cids = (await exported()).map(({ cid }) => cid.toString())
    expect(cids).toEqual([repo.head.cid, ...preOrder(repo.head.data)].map(String))
  })

  it('exports what the reference reads as the same repository', async () => {
    const car = writeCar([repo.head.cid], await exported())
    const { creates } = await verifyRepoCar(car, did, keyPair.didKey())
    const theirs = creates.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.toString()]).sort()
    expect(theirs).toEqual([...repo.records].map(([path, cid]) => [path, cid.toString()]).sort())
  })

  it('asks for blocks in batches, each block once', async () => {
    const asked: number[] = []
    const counting = (cids: Cid[]) => {
      asked.push(cids.length)
      return load(cids)
    }
    const blocks = await exported({ load: counting })
    expect(asked.length).toBeLessThan(40)
    expect(asked.reduce((sum, count) => sum + count)).toBeLessThan(blocks.length * 1.5)
  })

  it('accepts an asynchronous source', async () => {
    expect(await exported({ load: async (cids) => load(cids) })).toEqual(await exported())
  })

  it('exports one collection, with nothing of others but the nodes on its edges', async () => {
    const collection = parseNsid('app.bsky.feed.like')
    const blocks = await exported({ collection })
    const wanted = new Set(
      [...repo.records].flatMap(([path, cid]) => (path.startsWith(`${collection}/`) ? [cid.key] : [])),
    )
    const records = new Set([...repo.records.values()].map(({ key }) => key))
    expect(new Set(blocks.map(({ cid }) => cid.key).filter((key) => records.has(key)))).toEqual(wanted)
    expect(blocks.length).toBeLessThan((await exported()).length / 2)
  })

  it('exports one collection so that the reference reads every record of it', async () => {
    const collection = parseNsid('app.bsky.graph.follow')
    const read = await verifyRecords(writeCar([repo.head.cid], await exported({ collection })), did, keyPair.didKey())
    const paths = [...repo.records.keys()].filter((path) => path.startsWith(`${collection}/`))
    // It also reads records of other collections that have the same bytes.
    const found = read.filter((record) => record.collection === collection)
    expect(found.map(({ rkey }) => `${collection}/${rkey}`).sort()).toEqual(paths.sort())
  })

  it('exports from partial sources what a consumer of an earlier rev lacks', async () => {
    const old = new BlockMap(repo.blocks)
    for (let count = 0; count < 5; count++) repo.write(repo.randomWrites(5))
    const newer = (cids: Cid[]) => load(cids).filter(({ cid }) => !old.has(cid))
    const blocks = await exported({ load: newer, partial: true })
    expect(blocks.length).toBeLessThan(200)
    const all = new BlockMap([...old, ...blocks])
    for (const { cid } of repo.blocks) expect(all.has(cid)).toBe(true)
  })

  it('throws at a block that is missing, or whose bytes do not match its CID', async () => {
    const [last] = [...repo.records.values()].slice(-1)
    await expect(exported({ load: (cids) => load(cids.filter((cid) => !cid.equals(last!))) })).rejects.toThrow(
      MissingBlockError,
    )
    const rotten = (cids: Cid[]) =>
      load(cids).map(({ cid, bytes }) => ({ cid, bytes: cid.equals(last!) ? bytes.map((byte) => byte ^ 1) : bytes }))
    await expect(exported({ load: rotten })).rejects.toThrow(new CorruptBlockError(last!))
  })
})
