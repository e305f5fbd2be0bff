import { blobStoreSuite } from '../testing/index.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'

blobStoreSuite('memory', async (options) => {
  const store = new MemoryBlobStore(options)
  return { store, reopen: async () => store, close: async () => {} }
})
