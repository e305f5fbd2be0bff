import { describe, expect, it } from 'vitest'
import { blockOf } from './block.ts'
import { BlockMap } from './block-map.ts'
import { decodeCid, verifyCid } from './cid.ts'
import { CidMap } from './cid-map.ts'

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
