export type { BeforeStep, FileStep } from './durable-files.ts'
export { type FsBlobStoreOptions, openFsBlobStore } from './fs-blob-store.ts'
