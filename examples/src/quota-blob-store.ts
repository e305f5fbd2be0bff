// Your own storage adapter: a blob store on top of any other, with a quota for each account. A PDS
// takes it like those that come with it.
//   npm run example -- quota-blob-store

import { type Config, readConfig, type ServedPds, servePds } from '@atoll/pds'
import { type BlobStore, MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'

type Did = Parameters<BlobStore['deleteAll']>[0]

/**
 * Like `store`, but an upload that exceeds what is left of an account's `maxBytes` is refused as
 * too large.
 */
export function withQuota(store: BlobStore, maxBytes: number): BlobStore {
  const used = new Map<Did, Map<string, number>>()
  const sizesOf = (did: Did) => used.get(did) ?? used.set(did, new Map()).get(did)!
  const leftTo = (did: Did) => [...sizesOf(did).values()].reduce((left, size) => left - size, maxBytes)
  return {
    async upload(did, bytes, options = {}) {
      const limit = Math.min(options.maxBytes ?? Number.POSITIVE_INFINITY, leftTo(did))
      const uploaded = await store.upload(did, bytes, { ...options, maxBytes: limit })
      sizesOf(did).set(uploaded.cid.toString(), uploaded.size)
      return uploaded
    },
    async delete(did, cids) {
      await store.delete(did, cids)
      for (const cid of cids) sizesOf(did).delete(cid.toString())
    },
    async deleteAll(did) {
      await store.deleteAll(did)
      used.delete(did)
    },
    makePermanent: (did, cids) => store.makePermanent(did, cids),
    get: (did, cid, range) => store.get(did, cid, range),
    size: (did, cid) => store.size(did, cid),
    sweep: (options) => store.sweep(options),
  }
}

/** A PDS that keeps everything in memory, with at most `maxBytes` of blobs for each account. */
export function serveWithQuota(config: Config, maxBytes: number, plcFetch: typeof fetch = fetch): Promise<ServedPds> {
  const adapters = {
    storage: new MemoryPdsStorage(),
    blobStore: withQuota(new MemoryBlobStore(), maxBytes),
    plcFetch: (url: string, init?: RequestInit) => plcFetch(url, init),
  }
  return servePds({ config, adapters })
}

if (import.meta.main) {
  const { config } = readConfig({ PDS_DEV_MODE: 'true', ...process.env })
  const { url } = await serveWithQuota(config, 1_000_000)
  console.log(url)
}
