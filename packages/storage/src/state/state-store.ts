import type { MethodNames } from '../core/storage.ts'

/** One small value of a namespace. */
export interface StateEntry {
  key: string
  value: string
}

/** Small values that belong to no account: marks, times, counters. */
export interface StateStore {
  get(namespace: string, key: string): Promise<string | undefined>
  /** Ascending by key. */
  list(namespace: string): Promise<StateEntry[]>
}

/** How a transaction changes the state. */
export interface StateWrites {
  set(namespace: string, key: string, value: string): void
  /** Deleting what is not there is not an error. */
  delete(namespace: string, key: string): void
}

/** Small values, as a part of a storage. */
export interface StatePart {
  readonly stores: { readonly state: StateStore }
  readonly writes: { readonly state: StateWrites }
}

export const stateMethods: MethodNames<StatePart['writes']> = {
  state: { set: true, delete: true },
}
