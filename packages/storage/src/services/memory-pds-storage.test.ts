import { StorageUnavailableError } from '../core/errors.ts'
import { MemoryTables } from '../core/memory-tables.ts'
import { pdsStorageSuite } from '../testing.ts'
import { MemoryPdsStorage } from './memory-pds-storage.ts'

pdsStorageSuite('memory', async ({ now = Date.now } = {}) => {
  const tables = new MemoryTables()
  return {
    storage: new MemoryPdsStorage({ tables, now }),
    reopen: async () => new MemoryPdsStorage({ tables, now }),
    close: async () => {},
    failWrite: (n) => {
      let changes = 0
      tables.journal.onChange = () => {
        if (++changes === n) throw new StorageUnavailableError('io')
      }
    },
  }
})
