import { entryBytes, RecentMap } from '@atoll/recent-map'
import type { AtIdentifier } from '@atoll/syntax'
import { IdentityUnavailableError } from '../errors.ts'
import { bytesOfText } from './text-bytes.ts'

interface Failure {
  error: unknown
  time: number
}

/** The identifiers are the caller's: up to 2 kB each, which an error's message and stack repeat. */
const maxBytes = 8 * 1024 * 1024
const bytesOfError = 2048

/**
 * Lookups that failed a moment ago, so that a source in trouble is not asked by every caller. Kept
 * here and not in the cache: a failure says something about this process and its network, nothing
 * about the identity.
 *
 * In one process only: each remembers its own.
 */
export class Failures {
  readonly #failures = new RecentMap<AtIdentifier, Failure>({
    maxSize: maxBytes,
    sizeOf: (_, identifier) => bytesOfError + 4 * bytesOfText(identifier) + entryBytes,
  })
  readonly #times: { failureMs: number; negativeMs: number }

  constructor(times: { failureMs: number; negativeMs: number }) {
    this.#times = times
  }

  /** The last failure, as long as it stands in for a lookup. */
  find(identifier: AtIdentifier, now: number): Readonly<Failure> | undefined {
    const failure = this.#failures.get(identifier)
    if (failure === undefined) return undefined
    const age = now - failure.time
    if (age >= 0 && age <= this.#keptMs(failure)) return failure
    this.#failures.delete(identifier)
    return undefined
  }

  /** Keeps no cause: what that refers to, such as a connection, would be kept with it. */
  set(identifier: AtIdentifier, { error, time }: Failure): void {
    this.#failures.set(identifier, { error: withoutCause(error, identifier), time })
  }

  delete(identifier: AtIdentifier): void {
    this.#failures.delete(identifier)
  }

  /** An invalid document is kept like an absent one: the source did respond. */
  #keptMs({ error }: Failure): number {
    return error instanceof IdentityUnavailableError ? this.#times.failureMs : this.#times.negativeMs
  }
}

function withoutCause(error: unknown, identifier: AtIdentifier): unknown {
  return error instanceof IdentityUnavailableError ? new IdentityUnavailableError(identifier, error.reason) : error
}
