import { streamCar, writeCar } from '@atoll/car'
import { type Block, type Cid, CidMap } from '@atoll/data-model'
import { type CarExport, exportCar, exportRepo } from '@atoll/repo'
import type { RepoSnapshot, RepoStore } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import type { ByteStream, RawOutput } from '@atoll/xrpc-server'
import { Refused } from '../../refused.ts'

export const carEncoding = 'application/vnd.ipld.car'
/** How large a file of chosen blocks may be to be sent whole. */
const maxBytesAtOnce = 256 * 1024

/** A CAR file of a few blocks. */
export function carOf(root: Cid, blocks: Iterable<Block>): RawOutput {
  return { encoding: carEncoding, body: writeCar([root], blocks) }
}

interface SnapshotCarOptions {
  since: Tid | undefined
  /** Called when the snapshot is no longer used. */
  onClose(): void
}

/**
 * A streamed CAR file of a snapshot: the whole repository, or what it gained after `since`. The
 * snapshot is closed when the file was read, whole or in part, or when nobody will read it.
 */
export class SnapshotCar implements ByteStream {
  readonly #snapshot: RepoSnapshot
  readonly #onClose: () => void
  #failure: Error | undefined
  readonly #car: AsyncIterable<Uint8Array> | CarExport

  constructor(snapshot: RepoSnapshot, { since, onClose }: SnapshotCarOptions) {
    this.#snapshot = snapshot
    this.#onClose = onClose
    const { head, sections } = snapshot
    if (since !== undefined) this.#car = streamCar([head.cid], newerBlocks(snapshot, since))
    else if (sections) this.#car = exportCar(head, sections)
    else this.#car = streamCar([head.cid], exportRepo({ head, load: (cids) => snapshot.blocks(cids), trusted: true }))
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const chunks = this.#chunks()
    return {
      next: () => chunks.next(),
      return: () => {
        // A generator of which nothing was asked yet ends without its `finally`.
        this.#close()
        return chunks.return(undefined)
      },
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    try {
      if (this.#failure) throw this.#failure
      for await (const chunk of this.#car) {
        yield chunk
        if (this.#failure) throw this.#failure
      }
    } finally {
      this.#close()
    }
  }

  /**
   * Ends the file with an error at the next chunk. The snapshot is closed at once: a client that
   * reads nothing does not keep it open.
   */
  breakOff(failure: Error): void {
    this.#failure = failure
    this.#close()
  }

  #close(): void {
    this.#snapshot.close()
    this.#onClose()
  }

  release(chunk: Uint8Array): void {
    if ('release' in this.#car) this.#car.release(chunk)
  }
}

/** The commit, then everything else that came after `since`: the commit alone if nothing did. */
async function* newerBlocks(snapshot: RepoSnapshot, since: Tid): AsyncIterable<Block> {
  yield* await snapshot.blocks([snapshot.head.cid])
  for await (const block of snapshot.all({ since })) if (!block.cid.equals(snapshot.head.cid)) yield block
}

/**
 * A CAR file of the blocks of `cids`, each once and in the order of the request. Unless it is
 * small, it is streamed block by block: clients choose how large their blocks are. Refuses with
 * `BlockNotFound` if one is missing.
 */
export async function blocksCar(
  repos: Pick<RepoStore, 'block' | 'sizes' | 'release'>,
  did: Did,
  cids: readonly [Cid, ...Cid[]],
): Promise<RawOutput> {
  const once = [...new CidMap(cids.map((cid) => [cid, true])).keys()]
  const sizes = await repos.sizes(did, once)
  const missing = once.filter((_, index) => sizes[index] === undefined)
  if (missing.length > 0) throw new Refused('BlockNotFound', `Could not find cids: ${missing.join(', ')}`)
  const blocks = eachBlock(repos, did, once)
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  if (bytes > maxBytesAtOnce) return { encoding: carEncoding, body: streamCar([cids[0]], released(repos, blocks)) }
  const whole: Block[] = []
  for await (const block of blocks) whole.push(block)
  return carOf(cids[0], whole)
}

/**
 * The blocks one by one. If a commit has removed one meanwhile, the file breaks off: it is too late
 * to refuse.
 */
async function* eachBlock(repos: Pick<RepoStore, 'block'>, did: Did, cids: readonly Cid[]): AsyncGenerator<Block> {
  for (const cid of cids) {
    const bytes = await repos.block(did, cid)
    if (!bytes) throw new Refused('BlockNotFound', `Could not find cids: ${cid}`)
    yield { cid, bytes }
  }
}

/** Each block is released once the next is asked for. */
async function* released(repos: Pick<RepoStore, 'release'>, blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
  for await (const block of blocks) {
    yield block
    repos.release?.(block.bytes)
  }
}
