import type { BlobStream, PdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface BlobQuotasDeps {
  readonly storage: Pick<PdsStorage, 'blobUsage'>
  /** The most bytes that an account may store, unless it has a quota of its own. */
  readonly quota: number | undefined
}

/** One upload, as long as it arrives. */
export interface Arrival {
  /** The bytes to store: they end with a refusal where the quota does. */
  readonly bytes: BlobStream
  /** Counts the bytes no longer: they are in the index now, or nowhere. */
  end(): void
}

/**
 * Keeps uploads within quotas while they arrive, so that what will be refused does not fill the
 * disk. The last word has the transaction that adds a blob.
 *
 * In one process only: the bytes that are arriving.
 */
export class BlobQuotas {
  readonly usual: number | undefined
  readonly #storage: BlobQuotasDeps['storage']
  readonly #arriving = new Map<Did, number>()

  constructor({ storage, quota }: BlobQuotasDeps) {
    this.usual = quota
    this.#storage = storage
  }

  /** The quota of an account; undefined where there is none. */
  async of(did: Did): Promise<number | undefined> {
    return (await this.#storage.blobUsage.quota(did)) ?? this.usual
  }

  /**
   * Lets an upload begin. Refuses with `BlobQuotaExceeded` when nothing is left, or less than
   * `declared` bytes, even if the account has the same bytes already: that shows only once they
   * are here.
   */
  async begin(did: Did, bytes: BlobStream, declared: number | undefined): Promise<Arrival> {
    const quota = await this.of(did)
    if (quota === undefined) return { bytes, end: () => undefined }
    const stored = (await this.#storage.blobUsage.of(did)).bytes
    let own = 0
    const add = (more: number) => {
      own += more
      this.#arriving.set(did, (this.#arriving.get(did) ?? 0) + more)
    }
    const left = () => quota - stored - (this.#arriving.get(did) ?? 0)
    if (left() < (declared ?? 1)) throw quotaExceeded(quota)
    return {
      bytes: counted(bytes, (chunk) => {
        add(chunk.length)
        if (left() < 0) throw quotaExceeded(quota)
      }),
      end: () => {
        add(-own)
        if (this.#arriving.get(did) === 0) this.#arriving.delete(did)
      },
    }
  }
}

/** The refusal of an upload that does not fit. */
export function quotaExceeded(quota: number | undefined): Refused {
  const most = quota === undefined ? '' : `: at most ${quota} bytes in all`
  return new Refused('BlobQuotaExceeded', `This account has no room for the blob${most}; delete records with blobs`)
}

function counted(bytes: BlobStream, onChunk: (chunk: Uint8Array) => void): BlobStream {
  const release = bytes.release?.bind(bytes)
  return {
    ...(release && { release }),
    async *[Symbol.asyncIterator]() {
      for await (const chunk of bytes) {
        onChunk(chunk)
        yield chunk
      }
    },
  }
}
