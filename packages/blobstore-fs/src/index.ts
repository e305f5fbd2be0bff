export type { BeforeStep, FileStep } from './durable-files.ts'
export { blobFolders, type FsBlobStoreOptions, openFsBlobStore } from './fs-blob-store.ts'
