import { describe, expect, it } from 'vitest'
import { blockOf } from './block.ts'
import { BlockMap } from './block-map.ts'
import { type Codec, cidOfDigest, decodeCid, verifyCid } from './cid/cid.ts'
import { CidMap } from './cid/cid-map.ts'

const blocks = [1, 'two', [3]].map((value) => blockOf(value))
const [first, second, third] = blocks as [(typeof blocks)[0], (typeof blocks)[0], (typeof blocks)[0]]
/** Another object for the same CID. */
const twin = decodeCid(first.cid.bytes.slice())

describe('blockOf', () => {
  it('gives bytes with their CID', () => {
    for (const { cid, bytes } of blocks) expect(verifyCid(cid, bytes)).toBe(true)
  })
})

describe('BlockMap', () => {
  it('keeps blocks by content, in order, and counts their bytes', () => {
    const map = new BlockMap([first, second]).add(third).add({ cid: twin, bytes: first.bytes })
    expect([...map]).toEqual(blocks)
    expect([...map.cids()]).toEqual(blocks.map(({ cid }) => cid))
    expect(map.size).toBe(3)
    expect(map.byteSize).toBe(1 + 4 + 2)
    expect(map.get(twin)).toBe(first.bytes)
  })

  it('forgets what is deleted', () => {
    const map = new BlockMap().addAll(blocks)
    expect(map.delete(twin)).toBe(true)
    expect(map.delete(twin)).toBe(false)
    expect(map.has(first.cid)).toBe(false)
    expect(map.get(first.cid)).toBeUndefined()
    expect(map.byteSize).toBe(6)
    expect(map.set(first.cid, first.bytes).size).toBe(3)
  })
})

describe('BlockMap, of CIDs that begin alike', () => {
  const alike = (last: number, codec: Codec = 'dag-cbor') =>
    cidOfDigest(
      codec,
      Uint8Array.from({ length: 32 }, (_, index) => (index < 31 ? 7 : last)),
    )
  const many = [alike(0), alike(1), alike(2), alike(0, 'raw')].map((cid, index) => ({
    cid,
    bytes: Uint8Array.of(index),
  }))
  const cidsOf = (map: BlockMap) => [...map.cids()].map(String)

  it('keeps each, in order', () => {
    const map = new BlockMap([...many, ...many])
    expect([...map]).toEqual(many)
    expect(many.map(({ cid }) => map.get(decodeCid(cid.bytes.slice())))).toEqual(many.map(({ bytes }) => bytes))
    expect(map.has(alike(3))).toBe(false)
  })

  it('forgets one and keeps the others, whichever came first', () => {
    for (const gone of many) {
      const rest = many.filter((block) => block !== gone)
      const map = new BlockMap(many)
      expect([map.delete(gone.cid), map.delete(gone.cid)]).toEqual([true, false])
      expect(cidsOf(map)).toEqual(rest.map(({ cid }) => String(cid)))
      expect([map.size, map.byteSize, map.has(gone.cid)]).toEqual([3, 3, false])
      for (const block of rest) expect(map.add(block).get(block.cid)).toBe(block.bytes)
      expect(map.size).toBe(3)
      expect(cidsOf(map.add(gone))).toEqual([...rest, gone].map(({ cid }) => String(cid)))
    }
  })
})

describe('CidMap', () => {
  it('takes equal CIDs for one key', () => {
    const map = new CidMap([
      [first.cid, 'a'],
      [second.cid, 'b'],
    ])
    expect(map.set(twin, 'c').size).toBe(2)
    expect(map.get(first.cid)).toBe('c')
    expect([...map.keys()]).toEqual([first.cid, second.cid])
    expect([...map.values()]).toEqual(['c', 'b'])
    expect([...map]).toEqual([
      [first.cid, 'c'],
      [second.cid, 'b'],
    ])
    expect(map.has(third.cid)).toBe(false)
    expect(map.delete(twin)).toBe(true)
    map.clear()
    expect(map.size).toBe(0)
  })
})
