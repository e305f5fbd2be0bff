import { writeCar } from '@atoll/car'
import type { Block, Cid } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, recordBlock, seeded } from '../test/histories.ts'
import { referenceTree } from '../test/oracle.ts'
import { exportRepo } from './export/export-repo.ts'
import { importRepo } from './import/import-repo.ts'
import { diffMst } from './mst/diff.ts'
import { layerOf } from './mst/layer.ts'
import { Mst } from './mst/mst.ts'
import { proveRecord, verifyProof } from './verify/proof.ts'
import { verifySlice } from './verify/verify-slice.ts'

// Someone who chooses record keys can mine keys that lie far above all others. The tree then has
// nodes without keys in between.

const collection = parseNsid('com.example.note')
const key = keyPair.didKey()
const record = recordBlock(seeded(1))
const layers = Array.from({ length: 150_000 }, (_, index) => layerOf(`${collection}/${index}`))
const high = layers.indexOf(layers.reduce((most, layer) => Math.max(most, layer)))
const low = layers.flatMap((layer, index) => (layer === 0 && Math.abs(index - high) < 20 ? [index] : []))
const pathOf = (index: number) => `${collection}/${index}`
const create = (index: number) => ({
  action: 'create' as const,
  collection,
  rkey: parseRecordKey(String(index)),
  ...record,
})

describe('a mined path', () => {
  it('lies far above the others here', () => {
    expect(layers[high]).toBeGreaterThanOrEqual(7)
    expect(low.length).toBeGreaterThan(10)
  })

  it('makes a tree as high as its layer, like that of the reference, until the path is deleted', async () => {
    const flat = Mst.build(low.map((index) => [pathOf(index), record.cid]))
    const tree = flat.add(pathOf(high), record.cid)
    const entries = [...low, high].map((index) => [pathOf(index), record.cid] as const)
    expect([...tree.nodes()].length).toBeGreaterThan(layers[high]!)
    expect(tree.root.toString()).toBe((await (await referenceTree(entries)).getPointer()).toString())
    expect(Mst.build(entries).root).toEqual(tree.root)
    expect(tree.delete(pathOf(high)).root).toEqual(flat.root)
    expect(diffMst(flat, tree).ops).toEqual([{ action: 'create', path: pathOf(high), cid: record.cid }])
    expect(diffMst(tree, flat).ops).toEqual([{ action: 'delete', path: pathOf(high), cid: null, prev: record.cid }])
  })

  it('comes and goes in commits that can be verified', () => {
    const repo = new Repository(seeded(2), low.map(create))
    const writes = [create(high), { action: 'delete', collection, rkey: parseRecordKey(String(high)) } as const]
    for (const write of writes) {
      const previous = repo.head
      const { head, since, ops, slice } = repo.write([write])
      const event = { did, rev: head.rev, since, commit: head.cid, prevData: previous.data, ops }
      const result = verifySlice({ ...event, roots: [head.cid], blocks: slice }, { key, previous })
      expect(result).toMatchObject({ outcome: 'accept' })
    }
  })

  it('can be proven, like what is absent below it, exported and imported', async () => {
    const repo = new Repository(seeded(3), [...low, high].map(create))
    const proven = (rkey: string) => {
      const place = { collection, rkey: parseRecordKey(rkey) }
      const car = writeCar([repo.head.cid], proveRecord({ head: repo.head, get: repo.get, ...place }))
      return verifyProof(car, { did, key, ...place }).cid
    }
    expect(proven(String(high))).toEqual(record.cid)
    expect(proven(`${high}-absent`)).toBeNull()
    const blocks: Block[] = []
    const load = (cids: Cid[]) => repo.blocksOf(cids)
    for await (const block of exportRepo({ head: repo.head, load })) blocks.push(block)
    const imported = await importRepo({ roots: [repo.head.cid], blocks }, { did, key })
    for await (const _ of imported);
    expect(imported.counts.records).toBe(low.length + 1)
  })
})
