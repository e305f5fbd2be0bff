import { entryBytes, RecentMap } from '@atoll/recent-map'
import type { AtIdentifier, Did } from '@atoll/syntax'
import type { DidDocument } from '../did/document.ts'
import { bytesOfText } from './text-bytes.ts'

/**
 * What was learned about an identifier: a DID's document, a handle's DID, or `null` when there is
 * none.
 */
export interface CachedAnswer {
  value: DidDocument | Did | null
  /** When it was learned, in milliseconds since 1970. */
  time: number
}

/**
 * Answers by identifier. The resolver decides by their age whether to use them; a cache only keeps
 * them, and may forget any at any time.
 */
export interface IdentityCache {
  get(identifier: AtIdentifier): Promise<CachedAnswer | undefined> | CachedAnswer | undefined
  /** Replaces what was kept under the identifier. */
  set(identifier: AtIdentifier, answer: CachedAnswer): Promise<void> | void
  /** Deleting what is not there is not an error. */
  delete(identifier: AtIdentifier): Promise<void> | void
}

interface KeptAnswer {
  /** As JSON: parsed, a document can take more than twenty times the memory of its text. */
  readonly text: string
  readonly time: number
  /** Counted once: to look through a long text again would cost more than to remember it. */
  readonly bytes: number
}

/**
 * Keeps the most recently used answers in memory, within a bound of bytes. Each `get` returns a
 * copy.
 *
 * In one process only: another `IdentityCache` is shared.
 */
export class MemoryIdentityCache implements IdentityCache {
  readonly #answers: RecentMap<AtIdentifier, KeptAnswer>

  /**
   * @param options.maxBytes of all answers together, what the Map itself takes included. Default:
   * 64 MiB.
   */
  constructor({ maxBytes = 64 * 1024 * 1024 }: { maxBytes?: number } = {}) {
    this.#answers = new RecentMap({ maxSize: maxBytes, sizeOf: ({ bytes }) => bytes })
  }

  get size(): number {
    return this.#answers.size
  }

  get bytes(): number {
    return this.#answers.totalSize
  }

  get(identifier: AtIdentifier): CachedAnswer | undefined {
    const answer = this.#answers.get(identifier)
    // Written by `set` alone.
    return answer && { value: JSON.parse(answer.text) as CachedAnswer['value'], time: answer.time }
  }

  set(identifier: AtIdentifier, { value, time }: CachedAnswer): void {
    const text = JSON.stringify(value)
    const bytes = bytesOfText(identifier) + bytesOfText(text) + entryBytes
    this.#answers.set(identifier, { text, time, bytes })
  }

  delete(identifier: AtIdentifier): void {
    this.#answers.delete(identifier)
  }
}
