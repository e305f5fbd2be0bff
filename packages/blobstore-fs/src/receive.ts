import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { cidOfDigest } from '@atoll/data-model'
import { BlobTooLargeError, type UploadedBlob, untilAborted } from '@atoll/storage'
import type { DurableFiles } from './durable-files.ts'

const headBytes = 4100
/** Chunks wait until there are so many bytes of them, or so many of them, and are written together. */
const writeBytes = 512 * 1024
const writeChunks = 256

/**
 * Writes a stream to an open file, hashing on the way. The file is synced when this resolves. Chunks are kept for a while as they are: a source
 * must not write into one that it has handed over.
 */
export async function receive(
  files: DurableFiles,
  { file, handle }: { file: string; handle: FileHandle },
  source: AsyncIterable<Uint8Array>,
  { maxBytes = Number.POSITIVE_INFINITY, signal }: { maxBytes?: number; signal?: AbortSignal | undefined },
): Promise<UploadedBlob> {
  const hash = createHash('sha256')
  const head = new Beginning(headBytes)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async () => {
    const pieces = waiting
    waiting = []
    waitingBytes = 0
    await files.write(file, handle, pieces)
  }
  let size = 0
  for await (const chunk of untilAborted(source, signal)) {
    size += chunk.length
    if (size > maxBytes) throw new BlobTooLargeError(maxBytes)
    hash.update(chunk)
    head.add(chunk)
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes >= writeBytes || waiting.length === writeChunks) await flush()
  }
  await flush()
  await files.sync(file, handle)
  return { cid: cidOfDigest('raw', hash.digest()), size, head: head.take() }
}

/** The beginning of a stream. */
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
