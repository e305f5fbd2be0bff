import { BlockMap, type Cid, parseCid } from '@atoll/data-model'
import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Repository, seeded } from '../../test/histories.ts'
import { InversionError } from '../errors.ts'
import { Mst } from '../mst/mst.ts'
import type { RepoOp } from '../mst/op.ts'
import { invertOps } from './invert.ts'

interface ProofVector {
  comment: string
  leafValue: string
  keys: string[]
  adds: string[]
  dels: string[]
  rootBeforeCommit: string
  rootAfterCommit: string
  blocksInProof: string[]
}

describe.each(vectorSources())('the $name commit proofs', (source) => {
  const vectors = source.json('firehose/commit-proof-fixtures.json') as ProofVector[]

  it('are at least as many as are published', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(6)
  })

  for (const vector of vectors) {
    it(`hold: ${vector.comment}`, () => {
      const leaf = parseCid(vector.leafValue)
      const before = Mst.build(vector.keys.map((key) => [key, leaf]))
      expect(before.root.toString()).toBe(vector.rootBeforeCommit)
      let after = before
      for (const key of vector.adds) after = after.add(key, leaf)
      for (const key of vector.dels) after = after.delete(key)
      expect(after.root.toString()).toBe(vector.rootAfterCommit)

      const touched = [...vector.adds, ...vector.dels]
      const proof = new BlockMap(touched.flatMap((key) => after.coveringProof(key)))
      const cids = [...proof.cids()].map(String)
      expect(cids.toSorted()).toEqual(vector.blocksInProof.toSorted())

      const ops: RepoOp[] = [
        ...vector.adds.map((path): RepoOp => ({ action: 'create', path, cid: leaf })),
        ...vector.dels.map((path): RepoOp => ({ action: 'delete', path, cid: null, prev: leaf })),
      ]
      for (const order of [ops, ops.toReversed()]) {
        const root = invertOps({ data: after.root, ops: order, get: (cid) => proof.get(cid) })
        expect(root.toString()).toBe(vector.rootBeforeCommit)
      }
    })
  }
})

describe('invertOps', () => {
  it('undoes the operations in any order, with nothing but the slice', () => {
    const random = seeded(11)
    const repo = new Repository(random)
    for (let count = 0; count < 300; count++) {
      const { head, ops, slice, prev } = repo.write(repo.randomWrites(20))
      const get = (cid: Cid) => slice.get(cid)
      for (const order of [ops, ops.toReversed(), ops.toSorted(() => random() - 0.5)]) {
        expect(invertOps({ data: head.data, ops: order, get })).toEqual(prev?.data)
      }
    }
  })

  const leaf = parseCid('bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454')
  const tree = Mst.build(['a', 'b', 'c', 'd', 'e', 'f'].map((rkey) => [`com.example.note/${rkey}`, leaf]))
  const all = new BlockMap(tree.nodes())
  const undo = (op: RepoOp) => invertOps({ data: tree.root, ops: [op], get: (cid) => all.get(cid) })

  it('refuses a create of what is not there, or is another record', () => {
    expect(() => undo({ action: 'create', path: 'com.example.note/x', cid: leaf })).toThrow(
      new InversionError('com.example.note/x', 'other-value'),
    )
    expect(() => undo({ action: 'create', path: 'com.example.note/a', cid: tree.root })).toThrow(InversionError)
  })

  it('refuses a delete of what is still there', () => {
    expect(() => undo({ action: 'delete', path: 'com.example.note/a', cid: null, prev: leaf })).toThrow(
      new InversionError('com.example.note/a', 'not-deleted'),
    )
  })

  it('refuses when a node is missing', () => {
    const op: RepoOp = { action: 'create', path: 'com.example.note/a', cid: leaf }
    expect(() => invertOps({ data: tree.root, ops: [op], get: () => undefined })).toThrow(
      new InversionError('com.example.note/a', 'missing-node'),
    )
  })
})
