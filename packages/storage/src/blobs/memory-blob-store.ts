import { type Cid, cidOfRaw } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { BlobMissingError, BlobTooLargeError } from '../core/errors.ts'
import type { BlobBytes, BlobStore, ByteRange, UploadedBlob } from './blob-store.ts'
import { untilAborted } from './until-aborted.ts'

const headBytes = 4100

/** Blobs in memory, for tests and short-lived networks. */
export class MemoryBlobStore implements BlobStore {
  readonly #permanent = new Map<string, Uint8Array>()
  readonly #uploads = new Map<string, { bytes: Uint8Array; at: number }>()
  readonly #now: () => number

  constructor({ now = Date.now }: { now?: () => number } = {}) {
    this.#now = now
  }

  async upload(
    did: Did,
    bytes: AsyncIterable<Uint8Array>,
    { maxBytes = Number.POSITIVE_INFINITY, signal }: { maxBytes?: number; signal?: AbortSignal } = {},
  ): Promise<UploadedBlob> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of untilAborted(bytes, signal)) {
      size += chunk.length
      if (size > maxBytes) throw new BlobTooLargeError(maxBytes)
      chunks.push(chunk.slice())
    }
    const whole = concatenate(chunks, size)
    const cid = cidOfRaw(whole)
    this.#uploads.set(keyOf(did, cid), { bytes: whole, at: this.#now() })
    return { cid, size, head: whole.slice(0, headBytes) }
  }

  async makePermanent(did: Did, cids: readonly Cid[]): Promise<void> {
    for (const cid of cids) {
      const key = keyOf(did, cid)
      const upload = this.#uploads.get(key)
      if (upload) this.#permanent.set(key, upload.bytes)
      else if (!this.#permanent.has(key)) throw new BlobMissingError(cid.toString())
      this.#uploads.delete(key)
    }
  }

  async get(did: Did, cid: Cid, range?: ByteRange): Promise<BlobBytes | undefined> {
    const whole = this.#permanent.get(keyOf(did, cid))
    if (!whole) return undefined
    const end = Math.min(range?.end ?? whole.length - 1, whole.length - 1)
    return { size: whole.length, bytes: oneChunk(whole.subarray(range?.start ?? 0, end + 1)) }
  }

  async size(did: Did, cid: Cid): Promise<number | undefined> {
    const key = keyOf(did, cid)
    return (this.#permanent.get(key) ?? this.#uploads.get(key)?.bytes)?.length
  }

  async delete(did: Did, cids: readonly Cid[]): Promise<void> {
    for (const cid of cids) this.#permanent.delete(keyOf(did, cid))
  }

  async deleteAll(did: Did): Promise<void> {
    for (const blobs of [this.#permanent, this.#uploads]) {
      for (const key of [...blobs.keys()]) if (key.startsWith(`${did} `)) blobs.delete(key)
    }
  }

  async sweep({ before }: { before: Date }): Promise<number> {
    const old = [...this.#uploads].filter(([, upload]) => upload.at < before.getTime())
    for (const [key] of old) this.#uploads.delete(key)
    return old.length
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function keyOf(did: Did, cid: Cid): string {
  return `${did} ${cid.key}`
}
