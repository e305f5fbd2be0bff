import { CarError, readCar, writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { MemoryBlockstore, MST, BlockMap as ReferenceBlocks, verifyProofs } from '@atproto/repo'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, seeded } from '../../test/histories.ts'
import { cidsOf, theirs } from '../../test/oracle.ts'
import { signCommit } from '../commit/commit.ts'
import { InvalidCommitError, InvalidNodeError } from '../errors.ts'
import { layerOf } from '../mst/layer.ts'
import { MstNode } from '../mst/node.ts'
import { proveRecord, verifyProof } from './proof.ts'

const key = keyPair.didKey()
const repo = new Repository(seeded(31))
while (repo.records.size < 300) repo.write(repo.randomWrites(30))

function placeOf(path: string) {
  const [collection, rkey] = path.split('/')
  return { collection: parseNsid(collection!), rkey: parseRecordKey(rkey!) }
}
function proofOf(path: string): Uint8Array {
  return writeCar([repo.head.cid], proveRecord({ head: repo.head, get: repo.get, ...placeOf(path) }))
}
const absent = Array.from({ length: 50 }, (_, index) => `com.example.note/absent-${index}`)

describe('a proof', () => {
  it('shows each record of the repository', () => {
    for (const [path, cid] of repo.records) {
      const proven = verifyProof(proofOf(path), { did, key, ...placeOf(path) })
      expect(proven.cid).toEqual(cid)
      expect(blockOf(proven.record!).cid).toEqual(cid)
      expect(proven.commit.rev).toBe(repo.head.rev)
    }
  })

  it('shows that there is no record', () => {
    for (const path of absent) expect(verifyProof(proofOf(path), { did, key, ...placeOf(path) }).cid).toBeNull()
  })

  it('has the nodes that the reference puts into one, and is accepted by it', async () => {
    const blocks = new ReferenceBlocks()
    for (const block of repo.blocks) blocks.set(theirs(block.cid), block.bytes)
    const tree = MST.load(new MemoryBlockstore(blocks), theirs(repo.head.data))
    for (const path of [...absent, ...repo.records.keys()].slice(0, 120)) {
      const car = proofOf(path)
      const nodes = cidsOf(await tree.proofForKey(path))
      const cids = new BlockMap(readCar(car).blocks)
      expect(nodes.filter((cid) => ![...cids.cids()].map(String).includes(cid))).toEqual([])
      const cid = repo.records.get(path)
      const claim = { ...placeOf(path), cid: cid ? theirs(cid) : null }
      const { verified } = await verifyProofs(car, [claim], did, key)
      expect(verified).toHaveLength(1)
    }
  })

  it('of a written or deleted record is accepted by the reference, through any history', async () => {
    const history = new Repository(seeded(32))
    for (let written = 0; written < 2000; ) {
      const { ops, head } = history.write(history.randomWrites(40))
      written += ops.length
      for (const { path, cid } of [ops[0]!, ops.find((op) => op.cid === null) ?? ops.at(-1)!]) {
        const car = writeCar([head.cid], proveRecord({ head, get: history.get, ...placeOf(path) }))
        const claim = { ...placeOf(path), cid: cid && theirs(cid) }
        expect((await verifyProofs(car, [claim], did, key)).verified).toHaveLength(1)
        expect(verifyProof(car, { did, key, ...placeOf(path) }).cid).toEqual(cid)
      }
    }
  })

  const [path] = [...repo.records.keys()]
  const claim = { did, key, ...placeOf(path!) }
  const { blocks } = readCar(proofOf(path!))
  const car = (list: Iterable<Block>, root = repo.head.cid) => writeCar([root], list)

  it.each([
    ['of another account', { ...claim, did: 'did:web:example.com' as const }, blocks, 'did'],
    ['signed by another key', { ...claim, key: generateKeyPair('k256').didKey() }, blocks, 'signature'],
    ['without its commit', claim, blocks.slice(1), 'missing-commit'],
    ['without the root of the tree', claim, [blocks[0]!, ...blocks.slice(2)], 'missing-node'],
    ['without its last node', claim, [...blocks.slice(0, -2), blocks.at(-1)!], 'missing-node'],
    ['without its record', claim, blocks.slice(0, -1), 'missing-record'],
  ] as const)('%s is refused', (_, wanted, list, reason) => {
    expect(() => verifyProof(car(list), wanted)).toThrow(expect.objectContaining({ name: 'VerificationError', reason }))
  })

  it('is refused without a root, and the first of several is the commit', () => {
    expect(() => verifyProof(writeCar([], blocks), claim)).toThrow(CarError)
    const { head } = repo
    expect(verifyProof(writeCar([head.cid, head.data, head.cid], blocks), claim)).toEqual(
      verifyProof(car(blocks), claim),
    )
    expect(() => verifyProof(writeCar([head.data, head.cid], blocks), claim)).toThrow(InvalidCommitError)
    const many = Array.from({ length: 17 }, () => head.cid)
    expect(() => verifyProof(writeCar(many, blocks), claim)).toThrow(
      expect.objectContaining({ reason: 'header-too-large' }),
    )
  })

  it('that hides a record in a node where it does not belong is refused', () => {
    const record = blockOf({ $type: 'com.example.note', text: 'hidden' })
    const deep = Array.from({ length: 50 }, (_, index) => `com.example.note/d${index}`).find(
      (each) => layerOf(each) === 0,
    )!
    const high = Array.from({ length: 50 }, (_, index) => `com.example.note/h${index}`).find(
      (each) => layerOf(each) === 1,
    )!
    // Both keys in one node: the lower one would never be looked for there by an honest reader.
    const mixed = [deep, high].sort()
    const node = new MstNode(1, mixed, [record.cid, record.cid], [null, null, null])
    const { commit, block } = signCommit({ did, data: node.cid, rev: repo.head.rev }, keyPair)
    expect(commit.data).toEqual(node.cid)
    const forged = car([block, node.block, record], block.cid)
    expect(() => verifyProof(forged, { did, key, ...placeOf(high) })).toThrow(InvalidNodeError)
  })
})
