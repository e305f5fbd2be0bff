import { streamCar } from '@atoll/car'
import { type Block, BlockMap, type Cid } from '@atoll/data-model'
import { parseNsid } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, seeded } from '../test/histories.ts'
import { exportRepo } from './export.ts'
import { type ImportedPart, type ImportOptions, importRepo, type RepoSource } from './import.ts'

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
      part.kind === 'record' ? [[`${part.collection}/${part.rkey}`, part.block.cid] as const] : [],
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
  it('brings what exportRepo wrote, block by block', async () => {
    const repo = grown()
    const blocks = await exported(repo)
    const result = await imported(streamCar([repo.head.cid], blocks))
    expect(byPath(result.records)).toEqual(byPath(repo.records))
    expect(result.head).toEqual(repo.head)
    expect(distinct(result.parts.map(({ block }) => block))).toEqual(distinct(blocks))
    expect(result.counts).toMatchObject({ records: repo.records.size, unneeded: 0 })
  })

  it('takes blocks in any order, each once', async () => {
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
})
