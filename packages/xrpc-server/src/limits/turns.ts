import { BrandedError } from '@atoll/brand'
import { CountsByKey } from './counts-by-key.ts'

/** Too many wait already. */
export class TooManyWaitingError extends BrandedError {
  static override readonly brand: string = 'atoll.xrpc-server.TooManyWaitingError'
  override name = 'TooManyWaitingError'
}

/** Who wants a turn. */
export interface Asker {
  /** Whose turns are counted together, such as the client's network. */
  readonly client?: string | undefined
  /** Once it is aborted, the place in the queue is given up. */
  readonly signal?: AbortSignal | undefined
}

export interface TurnLimits {
  /** How many run at once. */
  readonly atOnce: number
  /** How many of one client run at once. Default: `atOnce`. */
  readonly atOncePerClient?: number
  readonly maxWaiting: number
  readonly maxWaitingPerClient: number
}

type Begin = () => void

/**
 * Runs a few pieces of work at a time, such as those that occupy a thread. Clients take turns, so a
 * client with many waiting delays the others by one each.
 *
 * In one process only: each has its own queue.
 */
export class Turns {
  readonly #limits: TurnLimits
  /** In the order in which the clients' turns come; a client without waiting work has no entry. */
  readonly #waiting = new Map<string, Begin[]>()
  readonly #running = new CountsByKey()
  #runningCount = 0
  #waitingCount = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /**
   * Runs `work` when its turn comes. Rejects with `TooManyWaitingError` when the queue is full, and
   * with the signal's reason when the asker has gone.
   */
  async run<T>(work: () => Promise<T>, asker: Asker = {}): Promise<T> {
    asker.signal?.throwIfAborted()
    const { client = '' } = asker
    if (this.#mayRun(client)) this.#count(client, 1)
    else await this.#turn(asker)
    try {
      return await work()
    } finally {
      this.#count(client, -1)
      this.#next()
    }
  }

  #turn({ client = '', signal }: Asker): Promise<void> {
    const own = this.#waiting.get(client) ?? []
    const { maxWaiting, maxWaitingPerClient } = this.#limits
    if (this.#waitingCount >= maxWaiting || own.length >= maxWaitingPerClient) throw new TooManyWaitingError()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#remove(client, begin)
        reject(signal?.reason)
      }
      const begin = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#waiting.set(client, own)
      own.push(begin)
      this.#waitingCount++
    })
  }

  #remove(client: string, begin: Begin): void {
    const own = this.#waiting.get(client)
    const at = own?.indexOf(begin) ?? -1
    if (!own || at === -1) return
    own.splice(at, 1)
    this.#waitingCount--
    if (own.length === 0) this.#waiting.delete(client)
  }

  /**
   * Hands the place of finished work to the client whose turn it is, who then goes to the end of
   * the order.
   */
  #next(): void {
    for (const [client, own] of this.#waiting) {
      if (!this.#mayRun(client)) continue
      const begin = own.shift()
      this.#waiting.delete(client)
      if (own.length > 0) this.#waiting.set(client, own)
      if (!begin) continue
      this.#waitingCount--
      this.#count(client, 1)
      begin()
      return
    }
  }

  #mayRun(client: string): boolean {
    const { atOnce, atOncePerClient = atOnce } = this.#limits
    return this.#runningCount < atOnce && this.#running.of(client) < atOncePerClient
  }

  #count(client: string, change: 1 | -1): void {
    this.#runningCount += change
    this.#running.add(client, change)
  }
}
