import * as atcute from '@atcute/car'
import { type Block, decodeCid, type Value } from '@atoll/data-model'
import { CarReader, CarWriter } from '@ipld/car'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { collect, concat, goodHeader, headerOf, sampleBlocks, section, varint } from '../test/samples.ts'
import { readCar, writeCar } from './index.ts'

type Library = 'ipld' | 'atcute'

const readers: Record<Library, (car: Uint8Array) => Promise<{ roots: string[]; blocks: Block[] }>> = {
  async ipld(car) {
    const reader = await CarReader.fromBytes(car)
    const blocks = (await collect(reader.blocks())).map(({ cid, bytes }) => ({ cid: decodeCid(cid.bytes), bytes }))
    return { roots: (await reader.getRoots()).map(String), blocks }
  },
  async atcute(car) {
    const reader = atcute.fromUint8Array(car)
    const blocks = Array.from(reader, ({ cid, bytes }) => ({ cid: decodeCid(cid.bytes), bytes }))
    return { roots: reader.roots.map(({ $link }) => $link), blocks }
  },
}
const libraries = Object.keys(readers) as Library[]

const blocks = sampleBlocks(20)
const [first, second] = blocks as [Block, Block]
const car = writeCar([first.cid, second.cid], blocks)
const good = goodHeader(first.cid)

describe('other libraries', () => {
  it('read what is written here', async () => {
    for (const library of libraries) {
      const { roots, blocks: read } = await readers[library](car)
      expect(roots).toEqual([first.cid.toString(), second.cid.toString()])
      expect(read.map(({ cid, bytes }) => ({ cid, bytes: new Uint8Array(bytes) }))).toEqual(blocks)
    }
  })

  it('write what is written here', async () => {
    const { writer, out } = CarWriter.create([CID.decode(first.cid.bytes), CID.decode(second.cid.bytes)])
    const whole = collect(out)
    for (const { cid, bytes } of blocks) await writer.put({ cid: CID.decode(cid.bytes), bytes })
    await writer.close()
    expect(concat(...(await whole))).toEqual(car)
  })
})

describe('readers that disagree', () => {
  // Ours refuses all of these. CAR v1: https://ipld.io/specs/transport/car/carv1/; which CIDs and
  // blocks a repository may have: https://atproto.com/specs/repository. For each, the libraries
  // that take it nonetheless.
  const cases: [string, Uint8Array, Library[], string][] = [
    [
      'other bytes than those of the CID',
      concat(good, section(second.cid.bytes, [1])),
      ['ipld', 'atcute'],
      'a reader that is not asked to must still verify',
    ],
    [
      'no roots',
      headerOf({ version: 1, roots: [] }),
      ['ipld', 'atcute'],
      'there is at least one, unless the caller says otherwise',
    ],
    [
      'an unknown key in the header',
      headerOf({ version: 1, roots: [first.cid], more: 1 }),
      ['atcute'],
      'the header has two keys',
    ],
    [
      'a length in too many bytes',
      concat(good, [0xa5, 0x00], second.cid.bytes, [1]),
      ['ipld', 'atcute'],
      'varints are minimal',
    ],
    ['version 2', headerOf({ version: 2, roots: [first.cid] } as Value), [], 'this is another format'],
    ['an empty section', concat(good, [0]), [], 'a section has a CID'],
    ['a block cut off', car.subarray(0, car.length - 1), [], 'a section is as long as it says'],
    ['a section of 2^40 bytes', concat(good, varint(2 ** 40), second.cid.bytes), [], 'a section is as long as it says'],
  ]
  it.each(cases)('%s', async (_, wrong, takers) => {
    expect(() => readCar(wrong)).toThrow()
    const taken: Library[] = []
    for (const library of libraries) {
      await readers[library](wrong).then(
        () => taken.push(library),
        () => {},
      )
    }
    expect(taken).toEqual(takers)
  })
})
