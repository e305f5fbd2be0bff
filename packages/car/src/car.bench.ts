import * as atcute from '@atcute/car'
import { type Block, cidOfCbor, verifyCid } from '@atoll/data-model'
import { benchmark } from '@atoll/testkit'
import { CarReader } from '@ipld/car'
import * as ipldWriter from '@ipld/car/buffer-writer'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { openCar, readCar, streamCar, writeCar } from './index.ts'

const cases: [string, number, number][] = [
  ['20,000 blocks', 20_000, 8],
  ['12 blocks', 12, 4],
]

for (const [name, count, floor] of cases) {
  const blocks = Array.from({ length: count }, (_, index) => blockOf(index))
  const roots = [blocks[0]!.cid]
  const car = writeCar(roots, blocks)
  const chunks = Array.from({ length: Math.ceil(car.length / 65536) }, (_, index) =>
    car.subarray(index * 65536, (index + 1) * 65536),
  )
  const batchMs = count > 1000 ? 120 : 30
  await benchmark(
    `read and verify: ${name}`,
    {
      'atoll readCar': () => readCar(car),
      '@ipld/car CarReader + multiformats sha256': () => readWithIpld(car),
      '@atcute/car + verifyCid': () => readWithAtcute(car),
      'atoll openCar': () => readStream(chunks),
      'atoll readCar, not verified': () => readCar(car, { verify: false }),
    },
    { floor, batchMs },
  )
  const ipldBlocks = blocks.map(({ cid, bytes }) => ({ cid: CID.decode(cid.bytes), bytes }))
  await benchmark(
    `write: ${name}`,
    {
      'atoll writeCar': () => writeCar(roots, blocks),
      '@ipld/car CarBufferWriter': () => writeWithIpld(ipldBlocks, car.length),
      'atoll streamCar': () => drain(streamCar(roots, blocks)),
    },
    { batchMs },
  )
}

/** A block of 200 bytes. */
function blockOf(seed: number): Block {
  const bytes = Uint8Array.from({ length: 200 }, (_, index) => (seed * 31 + index * (1 + (seed % 7))) & 255)
  bytes.set([seed & 255, (seed >> 8) & 255])
  return { cid: cidOfCbor(bytes), bytes }
}

async function readWithIpld(car: Uint8Array): Promise<number> {
  const reader = await CarReader.fromBytes(car)
  let count = 0
  for await (const { cid, bytes } of reader.blocks()) {
    const { digest } = await sha256.digest(bytes)
    if (!cid.multihash.digest.every((byte, index) => byte === digest[index])) throw new Error('mismatch')
    count++
  }
  return count
}

function readWithAtcute(car: Uint8Array): number {
  let count = 0
  for (const { cid, bytes } of atcute.fromUint8Array(car)) {
    if (!verifyCid({ bytes: cid.bytes } as Block['cid'], bytes)) throw new Error('mismatch')
    count++
  }
  return count
}

async function readStream(chunks: Uint8Array[]): Promise<number> {
  let count = 0
  for await (const _ of (await openCar(chunks)).blocks) count++
  return count
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of stream) length += chunk.length
  return length
}

function writeWithIpld(blocks: { cid: CID; bytes: Uint8Array }[], length: number): Uint8Array {
  const roots = [blocks[0]!.cid]
  const writer = ipldWriter.createWriter(new ArrayBuffer(length), { roots })
  for (const block of blocks) writer.write(block)
  return writer.close()
}
