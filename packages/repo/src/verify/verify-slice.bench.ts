import { readCar, writeCar } from '@atoll/car'
import { verifySignature } from '@atoll/crypto'
import { useNodeBackends } from '@atoll/crypto/node'
import { BlockMap, encodeCbor } from '@atoll/data-model'
import { benchmark } from '@atoll/testkit'
import { MemoryBlockstore, MST, BlockMap as ReferenceBlocks } from '@atproto/repo'
import { did, keyPair, Repository, seeded } from '../../test/histories.ts'
import { theirs } from '../../test/oracle.ts'
import { decodeCommit, invertOps, verifySlice } from '../index.ts'

useNodeBackends()
const key = keyPair.publicKey
const repo = new Repository(seeded(71))
while (repo.records.size < 3000) repo.write(repo.randomWrites(100))
// Most commits of the network are one create.
const commits = Array.from({ length: 200 }, () => repo.write(repo.randomWrites(1)))
const events = commits.map((commit) => {
  const car = writeCar([commit.head.cid], commit.slice)
  const { commit: signed } = { commit: decodeCommit(commit.commit.bytes) }
  const { sig, ...unsigned } = signed
  const blocks = new ReferenceBlocks()
  for (const { cid, bytes } of commit.slice) blocks.set(theirs(cid), bytes)
  return { commit, car, sig, unsigned: encodeCbor(unsigned), blocks, slice: new BlockMap(commit.slice) }
})
let turn = 0
const next = () => events[turn++ % events.length]!

function verify(withKey: boolean): boolean {
  const { commit, car } = next()
  const { roots, blocks } = readCar(car)
  const { head, since, prev, ops } = commit
  const slice = { did, rev: head.rev, since, commit: head.cid, prevData: prev?.data, ops, roots, blocks }
  const verdict = verifySlice(slice, withKey ? { key } : {})
  if (verdict.outcome !== 'accept') throw new Error(verdict.reason)
  return true
}

await benchmark('verify a #commit: CAR, structure, inversion, signature', {
  whole: () => verify(true),
  'signature alone': () => {
    const { unsigned, sig } = next()
    return verifySignature(key, unsigned, sig)
  },
  'without signature': () => verify(false),
})
await benchmark('invert the operations of a #commit', {
  atoll: () => {
    const { commit, slice } = next()
    return invertOps({ data: commit.head.data, ops: commit.ops, get: (cid) => slice.get(cid) })
  },
  '@atproto/repo': async () => {
    const { commit, blocks } = next()
    let tree = MST.load(new MemoryBlockstore(blocks), theirs(commit.head.data))
    for (const { path, cid, prev } of commit.ops) {
      if (cid === null) tree = await tree.add(path, theirs(prev!))
      else tree = prev ? await tree.update(path, theirs(prev)) : await tree.delete(path)
    }
    return tree.getPointer()
  },
})
