import { type Block, blockOf, cidOfCbor, cidOfRaw, type Value } from '@atoll/data-model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf, collect, concat, goodHeader, headerOf, sampleBlocks, section, varint } from '../test/samples.ts'
import { CarError, type CarOptions, type CarReason, openCar, readCar, streamCar, writeCar } from './index.ts'

const blocks = sampleBlocks(40)
const [first, second] = blocks as [Block, Block]
const root = first.cid
const car = writeCar([root], blocks)
const good = goodHeader(root)

async function readStream(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, options?: CarOptions) {
  const { roots, blocks } = await openCar(chunks, options)
  return { roots, blocks: await collect(blocks) }
}

async function whole(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await collect(stream)))
}

/** Why both readers refuse a file, whatever the chunks it comes in. */
async function refusal(
  bytes: Uint8Array,
  options?: CarOptions,
): Promise<{ reason: CarReason; offset: number } | undefined> {
  const attempts = [
    async () => readCar(bytes, options),
    async () => readStream([bytes], options),
    async () => readStream(chunksOf(bytes, 1), options),
    async () => readStream(chunksOf(bytes, 39), options),
  ]
  const found = await Promise.all(
    attempts.map((attempt) =>
      attempt().then(
        () => undefined,
        (error) => {
          if (error instanceof CarError) return { reason: error.reason, offset: error.offset }
          throw error
        },
      ),
    ),
  )
  for (const other of found) expect(other).toEqual(found[0])
  return found[0]
}

describe('a CAR file', () => {
  it('returns the roots and blocks that were written, in order', async () => {
    expect(readCar(car)).toEqual({ roots: [root], blocks })
    expect(await readStream([car])).toEqual({ roots: [root], blocks })
    expect(readCar(Buffer.from(car)).blocks[0]!.bytes.constructor).toBe(Uint8Array)
  })

  it('may have several roots, duplicates, no blocks, empty blocks, and roots that are not in it', async () => {
    const empty: Block = { cid: cidOfRaw(new Uint8Array()), bytes: new Uint8Array() }
    const roots = [second.cid, root, cidOfCbor(Uint8Array.of(9))]
    for (const list of [[], [empty], [first, first, second, empty, first], [...blocks].reverse()]) {
      expect(readCar(writeCar(roots, list))).toEqual({ roots, blocks: list })
      expect(await refusal(writeCar(roots, list))).toBeUndefined()
    }
  })

  it('is written the same at once, as a stream, and from any kind of iterable', async () => {
    async function* slowly() {
      yield* blocks
    }
    expect(writeCar([root], new Set(blocks))).toEqual(car)
    for (const chunkBytes of [1, 7, 64, 1000, 65536]) {
      expect(await whole(streamCar([root], blocks, { chunkBytes }))).toEqual(car)
      expect(await whole(streamCar([root], slowly(), { chunkBytes }))).toEqual(car)
    }
    expect(await whole(streamCar([root], []))).toEqual(writeCar([root], []))
  })

  it('is read the same in chunks of any length', async () => {
    for (const length of [1, 2, 3, 37, 100, 4096]) {
      expect((await readStream(chunksOf(car, length))).blocks).toEqual(blocks)
    }
    const withEmptyChunks = chunksOf(car, 50).flatMap((chunk) => [new Uint8Array(), chunk])
    expect((await readStream(withEmptyChunks)).blocks).toEqual(blocks)
  })

  it('round-trips any roots, blocks and chunks', async () => {
    const anyBlock = fc.uint8Array({ maxLength: 300 }).map((bytes) => blockOf(bytes))
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyBlock, { maxLength: 20 }),
        fc.integer({ min: 1, max: 500 }),
        async (list, length) => {
          const bytes = writeCar([root], list)
          expect(readCar(bytes).blocks).toEqual(list)
          expect(await whole(streamCar([root], list, { chunkBytes: length }))).toEqual(bytes)
          expect((await readStream(chunksOf(bytes, length))).blocks).toEqual(list)
        },
      ),
    )
  })

  it('holds long blocks and many', async () => {
    const long = blockOf(new Uint8Array(1_500_000).fill(7))
    const many = sampleBlocks(3000)
    const bytes = writeCar([root], [long, ...many, long])
    expect((await readStream(chunksOf(bytes, 1000))).blocks).toEqual([long, ...many, long])
    expect(await whole(streamCar([root], [long, ...many, long]))).toEqual(bytes)
  })
})

describe('a stream', () => {
  it('has chunks of one length, but the last', async () => {
    const chunks = await collect(streamCar([root], sampleBlocks(3000)))
    expect(chunks.length).toBeGreaterThan(3)
    expect(new Set(chunks.slice(0, -1).map((chunk) => chunk.length))).toEqual(new Set([63 * 1024]))
  })

  it('asks for no more blocks than it needs', async () => {
    let asked = 0
    function* counted() {
      for (const block of sampleBlocks(3000)) {
        asked++
        yield block
      }
    }
    for await (const _ of streamCar([root], counted())) break
    expect(asked).toBeLessThan(1000)
  })

  it('can be read before it has ended', async () => {
    const { promise: rest, resolve } = Promise.withResolvers<Uint8Array>()
    async function* source() {
      yield car.slice(0, 300)
      yield await rest
    }
    const opened = await openCar(source())
    const iterator = opened.blocks[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual(first)
    resolve(car.slice(300))
    expect((await iterator.next()).value).toEqual(second)
  })

  it('may reuse the memory of its chunks', async () => {
    const memory = new Uint8Array(100)
    function* source() {
      for (const chunk of chunksOf(car, memory.length)) {
        memory.set(chunk)
        yield memory.subarray(0, chunk.length)
      }
    }
    expect((await readStream(source())).blocks).toEqual(blocks)
  })

  it('ends its source when its reader stops early or finds a fault', async () => {
    let ended = 0
    async function* source(bytes: Uint8Array) {
      try {
        for (;;) yield bytes
      } finally {
        ended++
      }
    }
    for await (const _ of (await openCar(source(car))).blocks) break
    expect(ended).toBe(1)
    await expect(readStream(source(car))).rejects.toThrow(CarError)
    expect(ended).toBe(2)
    await expect(openCar(source(Uint8Array.of(0)))).rejects.toThrow(CarError)
    expect(ended).toBe(3)
    // A generator that was never asked for anything would not hear of it.
    await (await openCar(source(car))).cancel()
    expect(ended).toBe(4)
  })

  it('passes on what its source throws', async () => {
    async function* source(bytes: Uint8Array) {
      yield bytes
      throw new RangeError('the line went dead')
    }
    await expect(readStream(source(car))).rejects.toThrow(RangeError)
    await expect(openCar(source(new Uint8Array()))).rejects.toThrow(RangeError)
  })
})

describe('what is refused', () => {
  const bytes = second.bytes
  const cid = second.cid.bytes
  const altered = (index: number, byte: number) => cid.with(index, byte)
  const v0 = concat([0x12, 0x20], cid.subarray(4))

  it.each<[string, Uint8Array, CarReason]>([
    ['nothing', new Uint8Array(), 'truncated'],
    ['an empty header', Uint8Array.of(0), 'header'],
    ['a header cut off', good.subarray(0, 20), 'truncated'],
    ['a header length cut off', Uint8Array.of(0x80), 'truncated'],
    ['a header length that never ends', new Uint8Array(20).fill(0x80), 'varint'],
    ['a header length in too many bytes', concat([good[0]! | 0x80, 0], good.subarray(1)), 'varint'],
    ['a header of 2^40 bytes', concat(varint(2 ** 40), [1]), 'header-too-large'],
    ['a header that is not DAG-CBOR', section([0xff]), 'header'],
    ['a header with more behind its map', section(concat(good.subarray(1), [0])), 'header'],
    ['a header that is a list', headerOf([1]), 'header'],
    ['version 2', headerOf({ version: 2, roots: [root] }), 'version'],
    ['the pragma of version 2', headerOf({ version: 2 }), 'version'],
    ['a version in text', headerOf({ version: '1', roots: [root] }), 'version'],
    ['no version', headerOf({ roots: [root] }), 'version'],
    ['an unknown key in the header', headerOf({ version: 1, roots: [root], more: 1 }), 'header'],
    ['no list of roots', headerOf({ version: 1 }), 'roots'],
    ['an empty list of roots', headerOf({ version: 1, roots: [] }), 'roots'],
    ['a root that is text', headerOf({ version: 1, roots: [root.toString()] }), 'roots'],
    ['roots that are a map', headerOf({ version: 1, roots: { a: root } }), 'roots'],
    ['seventeen roots', headerOf({ version: 1, roots: Array<Value>(17).fill(root) }), 'header-too-large'],

    ['an empty section', concat(good, [0]), 'empty-section'],
    ['an empty section between blocks', concat(car, [0], section(cid, bytes)), 'empty-section'],
    ['a section without a whole CID', concat(good, section(cid.subarray(0, 35))), 'cid'],
    ['a CIDv0', concat(good, section(v0, bytes)), 'cid'],
    ['a CIDv2', concat(good, section(altered(0, 2), bytes)), 'cid'],
    ['a dag-pb CID', concat(good, section(altered(1, 0x70), bytes)), 'cid'],
    ['a CID with another hash', concat(good, section(altered(2, 0x1e), bytes)), 'cid'],
    ['an identity CID', concat(good, section([1, 0x55, 0, 40], new Uint8Array(40))), 'cid'],
    ['a digest that claims to be longer', concat(good, section(altered(3, 64), bytes)), 'cid'],
    ['bytes that are not those of the CID', concat(good, section(altered(20, cid[20]! ^ 1), bytes)), 'mismatch'],
    [
      'a block under the CID of another codec',
      concat(good, section(cidOfRaw(bytes).bytes.with(10, 0), bytes)),
      'mismatch',
    ],
    ['a block cut off', car.subarray(0, car.length - 1), 'truncated'],
    ['a section length cut off', concat(car, [0x80]), 'truncated'],
    ['a section length alone', concat(car, [100]), 'truncated'],
    ['a section length that never ends', concat(car, new Uint8Array(9).fill(0xff)), 'varint'],
    ['a section length of 2^53', concat(good, varint(2 ** 53)), 'varint'],
    ['a section length in too many bytes', concat(good, [(cid.length + bytes.length) | 0x80, 0], cid, bytes), 'varint'],
    ['a section of 2^40 bytes', concat(good, varint(2 ** 40), cid), 'block-too-large'],
    ['a block of a byte over 2 MiB', concat(good, varint(36 + 2 * 1024 * 1024 + 1), cid), 'block-too-large'],
  ])('%s', async (_, wrong, reason) => {
    expect((await refusal(wrong))?.reason).toBe(reason)
  })

  it('a file that is cut off anywhere but between sections', async () => {
    const file = writeCar([root], blocks.slice(0, 3))
    let ends = 0
    for (let length = 0; length < file.length; length++) {
      const found = await refusal(file.subarray(0, length))
      if (found === undefined) ends++
      else expect(found).toEqual({ reason: 'truncated', offset: length })
    }
    expect(ends).toBe(3)
  })

  it.each([
    ['<!DOCTYPE html><html><body>Bad gateway</body></html>', '<!DOCTYPE html>'],
    ['\n<html>', '\\n<html>'],
    ['{"error":"RepoNotFound","message":"no such repo"}', 'RepoNotFound'],
  ])('text in place of a file, and shows how it begins: %s', async (text, shown) => {
    const bytes = new TextEncoder().encode(text)
    expect(await refusal(bytes)).toEqual({ reason: 'header', offset: 0 })
    expect(() => readCar(bytes)).toThrow('text where a CAR file should begin')
    expect(() => readCar(bytes)).toThrow(shown)
  })

  it('nothing in place of a file', () => {
    expect(() => readCar(new Uint8Array())).toThrow('no bytes at all')
  })

  it('with the place of the fault', async () => {
    expect(await refusal(concat(car, [0]))).toEqual({ reason: 'empty-section', offset: car.length })
    const many = writeCar([root], sampleBlocks(2000))
    expect(await refusal(concat(many, [0]))).toEqual({ reason: 'empty-section', offset: many.length })
  })
})

describe('limits', () => {
  it('bound blocks, their number, and roots', async () => {
    expect((await refusal(car, { maxBlocks: 39 }))?.reason).toBe('too-many-blocks')
    expect(await refusal(car, { maxBlocks: 40 })).toBeUndefined()
    const longest = Math.max(...blocks.map((block) => block.bytes.length))
    expect((await refusal(car, { maxBlockBytes: longest - 1 }))?.reason).toBe('block-too-large')
    expect(await refusal(car, { maxBlockBytes: longest })).toBeUndefined()
    const two = writeCar([root, root], [])
    expect((await refusal(two, { maxRoots: 1 }))?.reason).toMatch(/too-many-roots|header-too-large/)
    expect(await refusal(two, { maxRoots: 2 })).toBeUndefined()
  })

  it('allow a file without roots when asked to', async () => {
    const rootless = writeCar([], blocks)
    expect(await refusal(rootless, { minRoots: 0 })).toBeUndefined()
    expect(readCar(rootless, { minRoots: 0 }).roots).toEqual([])
  })

  it('leave blocks unverified when asked to', async () => {
    const wrong = concat(good, section(second.cid.bytes, [1, 2, 3]))
    expect(readCar(wrong, { verify: false }).blocks).toEqual([{ cid: second.cid, bytes: Uint8Array.of(1, 2, 3) }])
    expect(await refusal(wrong, { verify: false })).toBeUndefined()
  })

  it('keep a section that arrives byte by byte from costing more than its length', async () => {
    const long = blockOf(new Uint8Array(1_000_000))
    const bytes = writeCar([root], [long])
    const before = performance.now()
    expect((await readStream(chunksOf(bytes, 8))).blocks).toEqual([long])
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
