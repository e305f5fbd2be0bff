import type { Journal } from './journal.ts'

/** A list whose changes since the last commit can be rolled back. */
export class JournaledList<T> {
  #items: T[] = []
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get items(): readonly T[] {
    return this.#items
  }

  push(item: T): void {
    const items = this.#items
    this.#journal.note(() => items.pop())
    items.push(item)
  }

  replace(items: T[]): void {
    const before = this.#items
    this.#journal.note(() => {
      this.#items = before
    })
    this.#items = items
  }
}
