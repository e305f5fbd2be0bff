// The suites as the author of an adapter runs them: from the installed packages.
import { MemoryIdentityCache } from '@atoll/identity'
import { identityCacheSuite } from '@atoll/identity/testing'
import { MemoryPlcStore } from '@atoll/plc-directory'
import { plcStoreSuite } from '@atoll/plc-directory/testing'
import { MemoryBlobStore, MemoryPdsStorage, MemoryTables } from '@atoll/storage'
import { blobStoreSuite, eventLogSuite, pdsStorageSuite } from '@atoll/storage/testing'
import { manualGuard } from '@atoll/xrpc-server/testing'
import { describe, expect, it } from 'vitest'

const openStorage = async ({ now = Date.now }: { now?: () => number } = {}) => {
  const tables = new MemoryTables()
  const open = async () => new MemoryPdsStorage({ tables, now })
  return { storage: await open(), reopen: open, close: async () => {} }
}

describe('pds storage', () => pdsStorageSuite('memory', openStorage))
describe('event log', () => eventLogSuite('memory', openStorage))
describe('identity cache', () => identityCacheSuite('memory', async () => ({ cache: new MemoryIdentityCache() })))
describe('plc store', () =>
  plcStoreSuite('memory', async () => ({ store: new MemoryPlcStore(), close: async () => {} })))
describe('blob store', () =>
  blobStoreSuite('memory', async (options) => {
    const store = new MemoryBlobStore(options)
    return { store, reopen: async () => store, close: async () => {} }
  }))

it('a guard whose time the test controls', () => {
  expect(manualGuard().isWatching()).toBe(false)
})
