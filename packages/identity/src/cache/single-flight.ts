import { orAborted } from '../fetch.ts'

interface Flight<T> {
  readonly answer: Promise<T>
  readonly abort: AbortController
  /** How many callers wait; infinite when one of them cannot leave. */
  waiting: number
}

/**
 * Lets callers who ask the same thing at the same time share one lookup, which ends when all of
 * them have left.
 */
export class SingleFlight<K, T> {
  readonly #flights = new Map<K, Flight<T>>()

  has(key: K): boolean {
    return this.#flights.has(key)
  }

  /** Joins the lookup under way, or starts one. A caller leaves by aborting its signal. */
  join(key: K, lookup: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#wait(key, this.#flights.get(key) ?? this.#start(key, lookup), signal)
  }

  /** Waits until the lookup under way, if there is one, has succeeded or failed. */
  async ended(key: K, signal?: AbortSignal): Promise<void> {
    const flight = this.#flights.get(key)
    if (!flight) return
    await this.#wait(key, flight, signal).catch(() => undefined)
    signal?.throwIfAborted()
  }

  async #wait(key: K, flight: Flight<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) {
      flight.waiting = Number.POSITIVE_INFINITY
      return flight.answer
    }
    flight.waiting += 1
    try {
      return await orAborted(flight.answer, signal)
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0 && this.#flights.get(key) === flight) {
        this.#flights.delete(key)
        flight.abort.abort(signal.reason)
      }
    }
  }

  #start(key: K, lookup: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController()
    const answer = lookup(abort.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    // A failure after all callers have left is nobody's to handle.
    answer.catch(() => undefined)
    const flight: Flight<T> = { answer, abort, waiting: 0 }
    this.#flights.set(key, flight)
    return flight
  }
}
