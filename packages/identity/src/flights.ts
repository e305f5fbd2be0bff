interface Flight<T> {
  answer: Promise<T>
  /** The lookup that will start when this one ends, for those who need an answer begun after they asked. */
  next?: Promise<T>
}

/** Lets callers who ask the same thing at the same time share one lookup. */
export class Flights<K, T> {
  readonly #flights = new Map<K, Flight<T>>()

  /** Joins the lookup under way, or starts one. */
  join(key: K, lookup: () => Promise<T>): Promise<T> {
    return this.#flights.get(key)?.answer ?? this.#start(key, lookup)
  }

  /** Like `join`, but the lookup begins after this call: one under way may already have read the old state. */
  joinNext(key: K, lookup: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key)
    if (!flight) return this.#start(key, lookup)
    flight.next ??= flight.answer.then(
      () => this.join(key, lookup),
      () => this.join(key, lookup),
    )
    return flight.next
  }

  #start(key: K, lookup: () => Promise<T>): Promise<T> {
    const answer = lookup().finally(() => this.#flights.delete(key))
    this.#flights.set(key, { answer })
    return answer
  }
}
