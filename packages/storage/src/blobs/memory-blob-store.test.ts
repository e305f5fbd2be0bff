import { blobStoreSuite } from '../testing.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'

blobStoreSuite('memory', async (options) => {
  const store = new MemoryBlobStore(options)
  return {
    store,
    reopen: async () => store,
    close: async () => {},
    damage: async (did, cid) => {
      // The chunks are the memory that the store itself holds.
      for await (const chunk of (await store.get(did, cid))!.bytes) chunk.fill(0xee)
    },
  }
})
