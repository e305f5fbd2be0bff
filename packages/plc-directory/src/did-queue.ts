import type { Did } from '@atoll/syntax'

/** Runs the work of one DID in order, and that of different DIDs at the same time. */
export class DidQueue {
  readonly #tails = new Map<Did, Promise<unknown>>()

  run<T>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(did) ?? Promise.resolve()
    const result = before.then(work)
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(did) === tail) this.#tails.delete(did)
      })
    this.#tails.set(did, tail)
    return result
  }
}
