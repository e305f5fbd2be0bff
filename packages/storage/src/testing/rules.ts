import { afterEach, describe, it } from 'vitest'
import type { PdsStorage } from '../core/transaction.ts'
import type { Exceptions, OpenedStorage, OpenStorage } from './opened.ts'

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
export function storageForEach(open: OpenStorage): {
  fresh(options?: { now?: () => number }): Promise<PdsStorage>
  opened(options?: { now?: () => number }): Promise<OpenedStorage>
} {
  const all: OpenedStorage[] = []
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
