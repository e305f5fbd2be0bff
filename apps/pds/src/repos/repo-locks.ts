import type { Did } from '@atoll/syntax'

/** One writer at a time for each repository: the next begins when the one before has ended, however it ended. */
export class RepoLocks {
  readonly #tails = new Map<Did, Promise<void>>()

  async run<T>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(did)
    let release!: () => void
    const tail = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#tails.set(did, tail)
    try {
      if (before) await before
      return await work()
    } finally {
      if (this.#tails.get(did) === tail) this.#tails.delete(did)
      release()
    }
  }
}
