import { afterEach, describe, it } from 'vitest'
import type { Part, StorageOf } from './storage.ts'

/** A fresh storage for one test. */
export interface OpenedStorage<P extends Part> {
  storage: StorageOf<P>
  /** Opens what a crash at this moment would leave. The first storage is not used after that. */
  reopen(): Promise<StorageOf<P>>
  /** Closes whatever is open and removes its data. */
  close(): Promise<void>
  /**
   * Makes the n-th write operation from now fail once, as a broken disk would; undefined cancels
   * that. Absent where it cannot be done.
   */
  failWrite?: (n: number | undefined) => void
}

/** Opens a storage that has these parts, and may have others; sequence numbers start from `now`. */
export type OpenStorage<P extends Part> = (options?: { now?: () => number }) => Promise<OpenedStorage<P>>

/** Tests that an adapter leaves out: the rule's name, and why. */
export type Exceptions = { readonly [rule: string]: string }

/** Declares one rule of a suite; an exception skips it and shows the reason. */
export type Rule = (name: string, test: () => Promise<void>) => void

/** Runs rules under a heading, leaving out the exceptions. */
export function describeRules(name: string, except: Exceptions, rules: (rule: Rule) => void): void {
  describe(name, () => {
    rules((rule, test) => {
      const reason = except[rule]
      if (reason === undefined) it(rule, test)
      else it.skip(`${rule} (${reason})`, test)
    })
  })
}

/** Opens a storage for each test of a suite and closes it afterwards. */
export function storageForEach<P extends Part>(
  open: OpenStorage<P>,
): {
  fresh(options?: { now?: () => number }): Promise<StorageOf<P>>
  opened(options?: { now?: () => number }): Promise<OpenedStorage<P>>
} {
  const all: OpenedStorage<P>[] = []
  afterEach(async () => {
    for (const one of all.splice(0)) await one.close()
  })
  const opened = async (options?: { now?: () => number }) => {
    const one = await open(options)
    all.push(one)
    return one
  }
  return { opened, fresh: async (options) => (await opened(options)).storage }
}
