import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { cidOfDigest } from '@atoll/data-model'
import { BlobTooLargeError, type UploadedBlob, untilAborted } from '@atoll/storage'
import type { DurableFiles } from './durable-files.ts'

const headBytes = 4100
/** Smaller chunks are gathered up to this size before they are written. */
const writeBytes = 256 * 1024

/** Writes a stream to an open file, hashing on the way. The file is synced when this resolves. */
export async function receive(
  files: DurableFiles,
  { file, handle }: { file: string; handle: FileHandle },
  source: AsyncIterable<Uint8Array>,
  { maxBytes = Number.POSITIVE_INFINITY, signal }: { maxBytes?: number; signal?: AbortSignal | undefined },
): Promise<UploadedBlob> {
  const hash = createHash('sha256')
  const head = new Gatherer(headBytes)
  const gathered = new Gatherer(writeBytes)
  const flush = async () => await files.write(file, handle, gathered.take())
  let size = 0
  for await (const chunk of untilAborted(source, signal)) {
    size += chunk.length
    if (size > maxBytes) throw new BlobTooLargeError(maxBytes)
    hash.update(chunk)
    head.add(chunk)
    for (let at = 0; at < chunk.length; ) {
      at += gathered.add(chunk.subarray(at))
      if (gathered.isFull) await flush()
    }
  }
  await flush()
  await files.sync(file, handle)
  return { cid: cidOfDigest('raw', hash.digest()), size, head: head.take() }
}

/** A buffer of fixed size that fills up. */
class Gatherer {
  #bytes: Uint8Array
  #used = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  get isFull(): boolean {
    return this.#used === this.#bytes.length
  }

  /** Takes as much of the chunk as fits; answers how much that was. */
  add(chunk: Uint8Array): number {
    const part = chunk.subarray(0, this.#bytes.length - this.#used)
    this.#bytes.set(part, this.#used)
    this.#used += part.length
    return part.length
  }

  /** What was gathered; it is overwritten by what is added next. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#used)
    this.#used = 0
    return taken
  }
}
