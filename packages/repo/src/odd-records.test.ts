// Records as other servers accept them, through each function that reads what others send.
import { writeCar } from '@atoll/car'
import { BlockMap, type Cid, cidOfCbor, encodeCbor } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { longIntegerRecords, oddRecords } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, seeded } from '../test/histories.ts'
import type { RecordWrite } from './commit/writes.ts'
import { exportRepo } from './export/export-repo.ts'
import { importRepo } from './import/import-repo.ts'
import { formatPath } from './path.ts'
import { readRecord } from './record.ts'
import { proveRecord, verifyProof } from './verify/proof.ts'
import { verifyDiff } from './verify/verify-diff.ts'
import { verifySlice } from './verify/verify-slice.ts'

const key = keyPair.didKey()
const collection = parseNsid('com.example.note')
const sound = blockBytes(encodeCbor({ $type: 'com.example.note', text: 'sound' }))

function blockBytes(bytes: Uint8Array) {
  return { cid: cidOfCbor(bytes), bytes }
}

function create(rkey: string, bytes: Uint8Array): RecordWrite {
  return { action: 'create', collection, rkey: parseRecordKey(rkey), ...blockBytes(bytes) }
}

/**
 * A repository where a commit wrote an odd record between two sound ones, and the odd one once
 * more.
 */
function holding(bytes: Uint8Array) {
  const repo = new Repository(seeded(5), [create('before', sound.bytes)])
  const known = { head: repo.head, blocks: new BlockMap(repo.blocks) }
  const commit = repo.write([
    create('a', sound.bytes),
    create('odd', bytes),
    create('odd-too', bytes),
    create('z', sound.bytes),
  ])
  return { repo, known, commit, block: blockBytes(bytes) }
}

type Holding = ReturnType<typeof holding>

/**
 * What each function reports of the odd record: its path and its fault. Each also checks that
 * everything else is good.
 */
const readers: Record<string, (holding: Holding) => Promise<object[]> | object[]> = {
  async importRepo({ repo }) {
    const load = (cids: Cid[]) => repo.blocksOf(cids)
    const source = { roots: [repo.head.cid], blocks: exportRepo({ head: repo.head, load }) }
    const found: object[] = []
    const values: string[] = []
    const imported = await importRepo(source, { did, key })
    for await (const part of imported) {
      if (part.kind !== 'record') continue
      const { rkey, block, value, fault } = part
      if (fault) found.push({ path: formatPath(part.collection, rkey), block, fault })
      else values.push(`${rkey} ${value['text']}`)
    }
    expect(values).toEqual(['a sound', 'before sound', 'z sound'])
    expect(imported.counts).toMatchObject({ records: 5, unneeded: 0 })
    return found
  },
  verifyDiff({ repo, known, commit, block }) {
    const context = { did, key, previous: known.head, get: (cid: Cid) => known.blocks.get(cid) }
    const diff = verifyDiff(writeCar([repo.head.cid], commit.slice), context)
    expect(diff).toMatchObject({ head: repo.head, removed: [known.head.cid, known.head.data] })
    expect(diff.ops.map(({ path }) => path)).toEqual(
      ['a', 'odd', 'odd-too', 'z'].map((rkey) => `${collection}/${rkey}`),
    )
    expect(diff.added.filter(({ cid }) => cid.equals(block.cid))).toEqual([block, block])
    return [...diff.unreadable]
  },
  verifySlice({ known, commit }) {
    const { head, since, ops, slice } = commit
    const event = { did, rev: head.rev, since, commit: head.cid, prevData: known.head.data, ops, roots: [head.cid] }
    const verdict = verifySlice({ ...event, blocks: slice }, { key, previous: known.head })
    if (verdict.outcome !== 'accept') throw new Error(verdict.reason)
    expect(verdict.head).toEqual(head)
    // A gap is reported with the same records.
    const gap = verifySlice({ ...event, blocks: slice }, { key, previous: { ...known.head, data: head.data } })
    expect(gap).toMatchObject({ outcome: 'desynchronized', unreadable: verdict.unreadable })
    return [...verdict.unreadable]
  },
  verifyProof({ repo }) {
    const proofOf = (rkey: string) => {
      const place = { collection, rkey: parseRecordKey(rkey) }
      const car = writeCar([repo.head.cid], proveRecord({ head: repo.head, get: repo.get, ...place }))
      return verifyProof(car, { did, key, ...place })
    }
    expect(proofOf('a')).toMatchObject({ cid: sound.cid, block: sound, record: { text: 'sound' } })
    expect(proofOf('none').cid).toBeNull()
    return ['odd', 'odd-too'].map((rkey) => {
      const { cid, block, fault, record } = proofOf(rkey)
      expect([cid, record]).toEqual([block?.cid, undefined])
      return { path: `${collection}/${rkey}`, block, fault }
    })
  },
}

describe.each(Object.entries(readers))('%s', (_, read) => {
  it.each(oddRecords.map((record) => [record.what, record] as const))(
    'reports a record with %s, and accepts all the rest',
    async (_, { bytes, reason }) => {
      const held = holding(bytes)
      const fault = { reason, message: expect.any(String) }
      const { block } = held
      expect(await read(held)).toEqual([
        { path: `${collection}/odd`, block, fault },
        { path: `${collection}/odd-too`, block, fault },
      ])
    },
  )
})

describe('a record', () => {
  it.each(longIntegerRecords)(
    'gives the integer $integer as a bigint, and encodes to the same bytes',
    ({ bytes, integer }) => {
      const { value, fault } = readRecord(blockBytes(bytes))
      expect([value, fault]).toEqual([{ $type: 'com.example.note', odd: integer }, undefined])
      expect(encodeCbor(value!)).toEqual(bytes)
    },
  )

  it('over the size limit is not read', () => {
    expect(readRecord(blockBytes(new Uint8Array(1_000_001))).fault).toMatchObject({ reason: 'too-many-bytes' })
  })
})
