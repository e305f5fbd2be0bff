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

/** The state part of a transaction. */
export interface StateWrites {
  set(namespace: string, key: string, value: string): void
  /** Deleting what is not there is no error. */
  delete(namespace: string, key: string): void
}
