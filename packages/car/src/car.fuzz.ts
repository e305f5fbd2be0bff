import { type Block, blockOf } from '@atoll/data-model'
import type { FuzzTarget } from '@atoll/testkit'
import { chunksOf, collect, sampleBlocks } from '../test/samples.ts'
import { CarError, openCar, readCar, writeCar } from './index.ts'

const blocks = sampleBlocks(12)
const root = (blocks[0] as Block).cid
const seeds = [
  writeCar([root], blocks),
  writeCar([root], []),
  writeCar([root, root], [blocks[3] as Block, blocks[3] as Block]),
  writeCar([root], [blockOf(new Uint8Array(3000))]),
]
const tokens = [[0], [0x80], [0xff, 0xff, 0xff, 0xff, 0x0f], [1, 0x71, 0x12, 0x20], [0x12, 0x20], [36]].map((token) =>
  Uint8Array.from(token),
)

function describeBlocks(list: readonly Block[]): string {
  return list.map(({ cid, bytes }) => `${cid} ${bytes.length}`).join()
}

async function readWhole(chunks: Uint8Array[], verify: boolean): Promise<string> {
  try {
    const { blocks } = await openCar(chunks, { verify })
    return describeBlocks(await collect(blocks))
  } catch (error) {
    if (error instanceof CarError) return error.message
    throw error
  }
}

function readAtOnce(bytes: Uint8Array, verify: boolean): string {
  try {
    return describeBlocks(readCar(bytes, { verify }).blocks)
  } catch (error) {
    if (error instanceof CarError) return error.message
    throw error
  }
}

export const targets: FuzzTarget[] = [
  { name: 'CAR', seeds, tokens, refusals: [CarError], run: (bytes) => void readCar(bytes) },
  {
    name: 'CAR, in memory and as a stream',
    seeds,
    tokens,
    refusals: [],
    async run(bytes) {
      const whole = readAtOnce(bytes, false)
      for (const length of [7, 1000]) {
        const streamed = await readWhole(chunksOf(bytes, length), false)
        if (streamed !== whole) throw new Error(`in chunks of ${length}: ${streamed}; at once: ${whole}`)
      }
    },
  },
]
