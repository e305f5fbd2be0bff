import { BlockMap } from '@atoll/data-model'
import { DataDiff, BlockMap as ReferenceBlocks } from '@atproto/repo'
import { describe, expect, it } from 'vitest'
import { Repository, seeded } from '../../test/histories.ts'
import { cidsOf, referenceTree, stored, theirs } from '../../test/oracle.ts'
import { invertOps } from '../verify/invert.ts'

describe('a random history', () => {
  it('has the roots, blocks and proofs of the reference', async () => {
    const repo = new Repository(seeded(1))
    let tree = await stored(await referenceTree([]))
    let written = 0
    while (written < 3000) {
      const writes = repo.randomWrites()
      const commit = repo.write(writes)
      written += writes.length
      let next = tree
      for (const { path, cid, action } of commit.ops) {
        if (cid === null) next = await next.delete(path)
        else next = action === 'create' ? await next.add(path, theirs(cid)) : await next.update(path, theirs(cid))
      }
      next = await stored(next)
      expect((await next.getPointer()).toString()).toBe(commit.head.data.toString())
      const diff = await DataDiff.of(next, tree)
      const newNodes = cidsOf(diff.newMstBlocks)
      const records = new Set([...repo.records.values()].map(String))
      const added = new Set(commit.added.map(({ cid }) => cid.toString()))
      expect(newNodes.filter((cid) => !added.has(cid))).toEqual([])
      const proofs = new ReferenceBlocks()
      for (const { path, action } of commit.ops) {
        proofs.addMap(action === 'update' ? await next.proofForKey(path) : await next.getCoveringProof(path))
      }
      const needed = new Set([
        ...newNodes,
        ...cidsOf(proofs),
        commit.head.cid.toString(),
        ...commit.ops.flatMap(({ cid }) => (cid ? [cid.toString()] : [])),
      ])
      expect([...commit.slice.cids()].map(String).sort()).toEqual([...needed].sort())
      expect(records.size).toBeGreaterThanOrEqual(0)
      const slice = new BlockMap(commit.slice)
      expect(invertOps({ data: commit.head.data, ops: commit.ops, get: (cid) => slice.get(cid) })).toEqual(
        commit.prev?.data,
      )
      tree = next
    }
  })
})
