interface Entry {
  readonly seq: number
  isDone: boolean
}

/** Which events have arrived, and up to which one all have been processed. */
export class Progress {
  readonly #overlap: number
  /** In the order of arrival. */
  readonly #entries: Entry[] = []
  /** The numbers within the overlap that have arrived, in that order. */
  readonly #recent = new Set<number>()
  #highest: number | undefined
  #done: number | undefined

  /**
   * `start` is where an earlier run stopped, or 0 for the oldest event that there is; `undefined`
   * for what is new.
   */
  constructor(start: number | undefined, overlap: number) {
    this.#highest = start
    this.#done = start
    this.#overlap = overlap
  }

  /** The cursor to ask for, so that nothing is missed. */
  get cursor(): number | undefined {
    return this.#highest === undefined ? undefined : Math.max(0, this.#highest - this.#overlap)
  }

  /** Everything that arrived up to this number has been processed. */
  get done(): number | undefined {
    return this.#done
  }

  /**
   * Whether an event has arrived before. Of an earlier run only the cursor is known, not the events
   * within the overlap.
   */
  has(seq: number): boolean {
    const { cursor } = this
    return (cursor !== undefined && seq <= cursor) || this.#recent.has(seq)
  }

  /** Notes that an event has arrived. Call the returned function when it has been processed. */
  begin(seq: number): () => void {
    const entry = { seq, isDone: false }
    this.#entries.push(entry)
    this.#highest = Math.max(this.#highest ?? 0, seq)
    this.#remember(seq)
    return () => {
      entry.isDone = true
      this.#advance()
    }
  }

  #remember(seq: number): void {
    if (this.#overlap === 0) return
    this.#recent.add(seq)
    for (const old of this.#recent) {
      if (old > (this.cursor ?? 0)) break
      this.#recent.delete(old)
    }
  }

  #advance(): void {
    let count = 0
    while (this.#entries[count]?.isDone) this.#done = Math.max(this.#done ?? 0, this.#entries[count++]!.seq)
    this.#entries.splice(0, count)
  }
}
