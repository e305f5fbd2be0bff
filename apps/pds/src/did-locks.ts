import type { Did } from '@atoll/syntax'

/** One who is, or waits to be, alone in a repository. */
interface Turn {
  /** Resolves when the next may come in. */
  readonly left: Promise<void>
  /** Resolves when nothing of this turn, or of those before it, is on its way any more. */
  readonly settled: Promise<void>
}

/** One at a time in each repository: the next begins when the one before has ended, however it ended. */
export class RepoLocks {
  readonly #last = new Map<Did, Turn>()

  /** Runs `work` alone, when whatever those before it have sent on its way has settled. */
  run<T>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(did)
    const done = after(before?.settled, work)
    const ended = settling(done)
    this.#enter(did, { left: ended, settled: ended })
    return done
  }

  /**
   * Runs `work` alone, too, but what it answers as `durable` is not waited for: the next such work may begin before, and has to
   * reckon with that.
   */
  runAhead<T extends { readonly durable: Promise<unknown> }>(did: Did, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(did)
    const done = after(before?.left, work)
    const arrived = settling(done.then(({ durable }) => durable))
    const settled = settling(Promise.all([before?.settled, arrived]))
    this.#enter(did, { left: settling(done), settled })
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
