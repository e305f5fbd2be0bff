import type { AtIdentifier } from '@atoll/syntax'
import { IdentityUnavailableError } from './errors.ts'

interface Failure {
  error: unknown
  time: number
}

const maxKept = 10_000

/**
 * Lookups that failed a moment ago, so that a source in trouble is not asked by every caller. Kept here and not in the cache:
 * a failure says something about this process and its network, nothing about the identity.
 */
export class Failures {
  readonly #failures = new Map<AtIdentifier, Failure>()
  readonly #times: { failureMs: number; negativeMs: number }

  constructor(times: { failureMs: number; negativeMs: number }) {
    this.#times = times
  }

  /** The failure that still stands in for an answer. */
  find(identifier: AtIdentifier, now: number): { error: unknown } | undefined {
    const failure = this.#failures.get(identifier)
    if (failure === undefined) return undefined
    const age = now - failure.time
    if (age >= 0 && age <= this.#keptMs(failure)) return failure
    this.#failures.delete(identifier)
    return undefined
  }

  set(identifier: AtIdentifier, failure: Failure): void {
    this.#failures.delete(identifier)
    this.#failures.set(identifier, failure)
    if (this.#failures.size <= maxKept) return
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest)
      return
    }
  }

  delete(identifier: AtIdentifier): void {
    this.#failures.delete(identifier)
  }

  /** A document that makes no sense is an answer of a kind. */
  #keptMs({ error }: Failure): number {
    return error instanceof IdentityUnavailableError ? this.#times.failureMs : this.#times.negativeMs
  }
}
