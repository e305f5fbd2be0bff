export { type FsBlobStore, type FsBlobStoreOptions, openFsBlobStore } from './fs-blob-store.ts'
