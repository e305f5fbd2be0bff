import type { AtIdentifier, Did } from '@atoll/syntax'
import type { DidDocument } from './did-document.ts'

/** What was learned about an identifier: a DID's document, a handle's DID, or `null` when there is none. */
export interface CachedAnswer {
  value: DidDocument | Did | null
  /** When it was learned, in milliseconds since 1970. */
  time: number
}

/** Answers by identifier. The resolver judges their age; a cache only keeps them, and may forget any at any time. */
export interface IdentityCache {
  get(identifier: AtIdentifier): Promise<CachedAnswer | undefined> | CachedAnswer | undefined
  /** Replaces what was kept under the identifier. */
  set(identifier: AtIdentifier, answer: CachedAnswer): Promise<void> | void
  /** Deleting what is not there is not an error. */
  delete(identifier: AtIdentifier): Promise<void> | void
}

/** Keeps the most recently used answers in memory. */
export class MemoryIdentityCache implements IdentityCache {
  readonly #answers = new Map<AtIdentifier, CachedAnswer>()
  readonly #maxEntries: number

  constructor({ maxEntries = 50_000 }: { maxEntries?: number } = {}) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#answers.size
  }

  get(identifier: AtIdentifier): CachedAnswer | undefined {
    const answer = this.#answers.get(identifier)
    if (answer) this.set(identifier, answer)
    return answer
  }

  set(identifier: AtIdentifier, answer: CachedAnswer): void {
    this.#answers.delete(identifier)
    this.#answers.set(identifier, answer)
    if (this.#answers.size <= this.#maxEntries) return
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest)
      return
    }
  }

  delete(identifier: AtIdentifier): void {
    this.#answers.delete(identifier)
  }
}
