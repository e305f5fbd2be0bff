/** How many lookups of one kind may be under way. */
export class LookupBound {
  readonly #max: number
  #underWay = 0

  constructor(max: number) {
    this.#max = max
  }

  get isReached(): boolean {
    return this.#underWay >= this.#max
  }

  async count<T>(lookup: Promise<T>): Promise<T> {
    this.#underWay += 1
    try {
      return await lookup
    } finally {
      this.#underWay -= 1
    }
  }
}
