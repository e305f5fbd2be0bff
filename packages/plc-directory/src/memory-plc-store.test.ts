import { MemoryPlcStore } from './memory-plc-store.ts'
import { plcStoreSuite } from './testing.ts'

plcStoreSuite('memory', async () => ({ store: new MemoryPlcStore(), close: async () => undefined }))
