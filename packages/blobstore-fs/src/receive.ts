import { createHash } from 'node:crypto'
import { cidOfDigest } from '@atoll/data-model'
import { type BlobStream, BlobTooLargeError, type UploadedBlob, untilAborted } from '@atoll/storage'
import type { DurableFiles, OpenFile } from './durable-files.ts'
import type { SharedMemory } from './shared-memory.ts'

const headBytes = 4100
/**
 * Chunks are written together once there are this many, or once they fill the upload's share of the
 * memory.
 */
const writeChunks = 256

export interface UploadOptions {
  maxBytes?: number
  signal?: AbortSignal
}

/** Writes a stream to an open file, hashing it on the way. Resolves once the file is synced. */
export async function receive(
  files: DurableFiles,
  open: OpenFile,
  source: BlobStream,
  { maxBytes = Number.POSITIVE_INFINITY, signal, memory }: UploadOptions & { memory: SharedMemory },
): Promise<UploadedBlob> {
  const hash = createHash('sha256')
  const head = new Beginning(headBytes)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async () => {
    const pieces = waiting
    waiting = []
    waitingBytes = 0
    await files.write(open, pieces)
    for (const piece of pieces) source.release?.(piece)
  }
  let size = 0
  for await (const chunk of untilAborted(source, signal)) {
    size += chunk.length
    if (size > maxBytes) throw new BlobTooLargeError(maxBytes)
    hash.update(chunk)
    head.add(chunk)
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes >= memory.part || waiting.length === writeChunks) await flush()
  }
  await flush()
  await files.sync(open)
  return { cid: cidOfDigest('raw', hash.digest()), size, head: head.take() }
}

/** Collects the first bytes of a stream. */
class Beginning {
  readonly #bytes: Uint8Array
  #used = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  add(chunk: Uint8Array): void {
    if (this.#used === this.#bytes.length) return
    const part = chunk.subarray(0, this.#bytes.length - this.#used)
    this.#bytes.set(part, this.#used)
    this.#used += part.length
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#used)
  }
}
