import { CarError, readCar } from '@atoll/car'
import { BlockMap, type Cid } from '@atoll/data-model'
import { maxRecordBytes } from '@atoll/repo'
import { type Discarded, reject } from './verdict.ts'

/** The roots of a CAR file and its blocks, each verified against its CID. */
export interface CarContent {
  readonly roots: readonly Cid[]
  readonly blocks: BlockMap
}

/** Reads the CAR file of a message. */
export function checkCar(car: Uint8Array): CarContent | Discarded {
  try {
    const { roots, blocks } = readCar(car, { maxBlockBytes: maxRecordBytes })
    return { roots, blocks: new BlockMap(blocks) }
  } catch (error) {
    if (error instanceof CarError) {
      return reject(error.reason === 'block-too-large' ? 'record-size' : 'car', `blocks: ${error.message}`)
    }
    throw error
  }
}
