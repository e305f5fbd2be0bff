import { CarError, readCar } from '@atoll/car'
import { BlockMap, type Cid, type ValueMap } from '@atoll/data-model'
import { maxRecordBytes, type RecordReason, readRecord, splitPath } from '@atoll/repo'
import type { Nsid, RecordKey } from '@atoll/syntax'
import type { CommitMessage } from '../decode/messages.ts'
import type { CollectionFilter } from './collection-filter.ts'

/**
 * Why a record of an operation cannot be read. `missing`: its block is not in the message, which
 * happens only to those that were not verified.
 */
export interface OperationFault {
  readonly reason: RecordReason | 'missing'
  readonly message: string
}

interface OperationPlace {
  /** `collection/rkey` */
  readonly path: string
  readonly collection: Nsid
  readonly rkey: RecordKey
  /** The record that was there before. Older servers leave it out. */
  readonly prev: Cid | undefined
}

/** A record that was created or replaced. It is decoded when `value` or `fault` is first read. */
export interface RecordWritten extends OperationPlace {
  readonly action: 'create' | 'update'
  readonly cid: Cid
  /** The record; `undefined` when it cannot be read, and `fault` says why. */
  readonly value: ValueMap | undefined
  readonly fault: OperationFault | undefined
  /** The record as DAG-CBOR; `undefined` when it is missing. */
  readonly bytes: Uint8Array | undefined
}

export interface RecordDeleted extends OperationPlace {
  readonly action: 'delete'
}

/** What a `#commit` did to one record. */
export type RecordOperation = RecordWritten | RecordDeleted

/**
 * The operations of a `#commit` with their records, in its order. `blocks` are those of its
 * verdict; without them the message's own are read when the first record is, and each is verified
 * against its CID. Of a message that was not verified, an operation without a valid path or an
 * action of its own is left out.
 *
 * @example
 * for (const operation of operationsOf(message, verdict.blocks)) {
 *   if (operation.action === 'delete') remove(operation.path)
 *   else if (operation.value) put(operation.path, operation.value)
 * }
 */
export function operationsOf(
  message: CommitMessage,
  blocks?: BlockMap,
  isWanted?: CollectionFilter,
): RecordOperation[] {
  const source = new BlockSource(message.body.blocks, blocks)
  const operations: RecordOperation[] = []
  for (const { action: named, path, cid, prev } of message.body.ops) {
    if (isWanted && !isWanted(path)) continue
    const place = splitPath(path)
    if (!place) continue
    // The lexicon leaves `action` open: what is none of these is left out.
    const action = named as RecordOperation['action']
    if (action === 'delete') operations.push({ action, path, ...place, prev })
    else if (cid && (action === 'create' || action === 'update')) {
      operations.push(new Written(action, { path, ...place, prev }, cid, source))
    }
  }
  return operations
}

/** What a record holds, or why that cannot be read. */
interface Content {
  readonly value?: ValueMap | undefined
  readonly fault?: OperationFault | undefined
}

class Written implements RecordWritten {
  readonly action: 'create' | 'update'
  readonly path: string
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly prev: Cid | undefined
  readonly cid: Cid
  readonly #source: BlockSource
  #content: Content | undefined

  constructor(action: 'create' | 'update', place: OperationPlace, cid: Cid, source: BlockSource) {
    this.action = action
    this.path = place.path
    this.collection = place.collection
    this.rkey = place.rkey
    this.prev = place.prev
    this.cid = cid
    this.#source = source
  }

  get value(): ValueMap | undefined {
    return this.#read().value
  }

  get fault(): OperationFault | undefined {
    return this.#read().fault
  }

  get bytes(): Uint8Array | undefined {
    return this.#source.get(this.cid)
  }

  #read(): Content {
    return (this.#content ??= this.#decode())
  }

  #decode(): Content {
    const { cid, bytes } = this
    return bytes ? readRecord({ cid, bytes }) : { fault: this.#source.faultOf(cid) }
  }
}

/** The blocks of a message, read from its CAR file when one is asked for. */
class BlockSource {
  readonly #car: Uint8Array
  #blocks: BlockMap | undefined
  #error: CarError | undefined

  constructor(car: Uint8Array, blocks: BlockMap | undefined) {
    this.#car = car
    this.#blocks = blocks
  }

  get(cid: Cid): Uint8Array | undefined {
    return (this.#blocks ??= this.#read()).get(cid)
  }

  faultOf(cid: Cid): OperationFault {
    return { reason: 'missing', message: this.#error?.message ?? `the block ${cid} is not in the message` }
  }

  #read(): BlockMap {
    try {
      return new BlockMap(readCar(this.#car, { maxBlockBytes: maxRecordBytes }).blocks)
    } catch (error) {
      if (!(error instanceof CarError)) throw error
      this.#error = error
      return new BlockMap()
    }
  }
}
