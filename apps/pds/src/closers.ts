/** What has to be closed again, in the order in which it was opened. */
export interface Closers {
  add(close: () => Promise<void>): void
  /** Closes everything in reverse order. What follows a failure is closed as well. */
  close(): Promise<void>
}

export function openClosers(): Closers {
  const closers: (() => Promise<void>)[] = []
  return {
    add: (close) => closers.push(close),
    async close() {
      const failures: unknown[] = []
      for (const close of closers.splice(0).reverse()) await close().catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}
