import { type Block, BlockMap, type Cid, cidOfCbor } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, revAt, seeded } from '../test/histories.ts'
import { withBlocks } from './block-source.ts'
import { applyWrites, type RecordWrite } from './commit/writes.ts'
import { MissingBlockError } from './errors.ts'

describe('withBlocks', () => {
  const random = seeded(4)
  const repo = new Repository(random)
  while (repo.records.size < 2000) repo.write(repo.randomWrites(200))

  function counted() {
    const requests: number[] = []
    const load = async (cids: Cid[]): Promise<Block[]> => {
      requests.push(cids.length)
      return cids.flatMap((cid) => {
        const bytes = repo.get(cid)
        return bytes ? [{ cid, bytes }] : []
      })
    }
    return { requests, load }
  }

  it('returns the result of the work on a synchronous source', async () => {
    const writes = repo.randomWrites(30)
    const request = { did, head: repo.head, writes, sign: keyPair, rev: revAt(9999) }
    const { load } = counted()
    const commit = await withBlocks(load, (get) => applyWrites({ ...request, get }))
    expect(commit.head).toEqual(applyWrites({ ...request, get: repo.get }).head)
  })

  it('loads the paths of a whole batch together, a layer at a time', async () => {
    const writes: RecordWrite[] = repo.randomWrites(200)
    const { requests, load } = counted()
    await withBlocks(load, (get) => applyWrites({ did, head: repo.head, get, writes, sign: keyPair, rev: revAt(9999) }))
    expect(requests.length).toBeLessThan(12)
    expect(Math.max(...requests)).toBeGreaterThan(20)
  })

  it('throws the MissingBlockError for a block that the source does not have', async () => {
    const nowhere = cidOfCbor(Uint8Array.of(1))
    const { requests, load } = counted()
    const work = () => {
      throw new MissingBlockError(nowhere, 'node')
    }
    await expect(withBlocks(load, work)).rejects.toThrow(new MissingBlockError(nowhere, 'node'))
    expect(requests).toEqual([1])
  })

  it('does not repeat work that fails for another reason', async () => {
    let runs = 0
    const work = () => {
      runs++
      throw new RangeError('no')
    }
    await expect(withBlocks(async () => new BlockMap(), work)).rejects.toThrow(RangeError)
    expect(runs).toBe(1)
  })
})
