export { MemoryPlcStore } from './memory-plc-store.ts'
export { createPlcDirectory, type PlcDirectory, type PlcDirectoryOptions } from './plc-directory.ts'
export type { NewEntry, PlcStore, SequencedEntry } from './plc-store.ts'
