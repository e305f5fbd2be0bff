import type { Did } from '@atoll/syntax'

/** A piece of work that has the lock of a DID, or waits for it. */
interface Turn {
  /** Resolves when the next may begin. */
  readonly released: Promise<void>
  /** Resolves when everything that this turn and those before it have started is settled. */
  readonly settled: Promise<void>
}

/**
 * One at a time for each DID: the next begins when the one before has ended, however it ended.
 *
 * In one process only: another process on the same database is not kept out.
 */
export class DidLocks {
  readonly #last = new Map<Did, Turn>()

  /** Runs `work` alone, after everything that earlier work has started is settled. */
  run<T>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(did)
    const done = after(before?.settled, work)
    const ended = settling(done)
    this.#enter(did, { released: ended, settled: ended })
    return done
  }

  /**
   * Runs `work` alone. The next pipelined work may begin as soon as `work` has returned, before the
   * `durable` promise settles, and must allow for it to reject.
   */
  runPipelined<T extends { readonly durable: Promise<unknown> }>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(did)
    const done = after(before?.released, work)
    const durable = settling(done.then((result) => result.durable))
    const settled = settling(Promise.all([before?.settled, durable]))
    this.#enter(did, { released: settling(done), settled })
    return done
  }

  #enter(did: Did, turn: Turn): void {
    this.#last.set(did, turn)
    void turn.settled.then(() => {
      if (this.#last.get(did) === turn) this.#last.delete(did)
    })
  }
}

async function after<T>(before: Promise<void> | undefined, work: () => Promise<T>): Promise<T> {
  if (before) await before
  return work()
}

/** Resolves when `promise` has ended, however it ended. */
function settling(promise: Promise<unknown>): Promise<void> {
  const nothing = () => {}
  return promise.then(nothing, nothing)
}
