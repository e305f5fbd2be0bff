import { StorageUnavailableError } from '../core/errors.ts'
import { MemoryTables } from '../core/memory-tables.ts'
import { storageSuite } from '../testing.ts'
import { MemoryStorage } from './memory-storage.ts'

storageSuite('memory', async ({ now = Date.now } = {}) => {
  const tables = new MemoryTables()
  return {
    storage: new MemoryStorage({ tables, now }),
    reopen: async () => new MemoryStorage({ tables, now }),
    close: async () => {},
    failWrite: (n) => {
      let changes = 0
      tables.journal.onChange = () => {
        if (++changes === n) throw new StorageUnavailableError('io')
      }
    },
  }
})
