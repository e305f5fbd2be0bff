// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { openCar, readCar, streamCar, writeCar } from '@atoll/car'
import { blockOf } from '@atoll/data-model'

export async function scenario() {
  const blocks = Array.from({ length: 50 }, (_, index) => blockOf({ index }))
  const roots = [blocks[0]!.cid]
  const car = writeCar(roots, blocks)
  const opened = await openCar(streamCar(roots, blocks, { chunkBytes: 100 }))
  let streamed = 0
  for await (const { cid } of opened.blocks) if (cid.equals(blocks[streamed]!.cid)) streamed++
  return {
    length: car.length,
    read: readCar(car).blocks.length,
    streamed,
    damaged: refusal(car.with(car.length - 1, 99)),
  }
}

function refusal(car: Uint8Array): string {
  try {
    readCar(car)
    return 'accepted'
  } catch (error) {
    return (error as Error).name
  }
}

export const expected = { length: 2335, read: 50, streamed: 50, damaged: 'CarError' }
