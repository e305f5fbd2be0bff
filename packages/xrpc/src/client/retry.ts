import { XrpcError } from '../errors.ts'

export interface RetryOptions {
  /** How often a call is tried in all. Default 3. */
  attempts?: number
  /** A server that asks for a longer wait is not waited for. Default 10,000. */
  maxDelayMs?: number
  /**
   * Bound of the first wait where the server names no time. It doubles each time, and the wait is
   * drawn at random below it. Default 500.
   */
  baseDelayMs?: number
  /** Rejects when the signal is aborted. */
  wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

/** Statuses that may be different the next time, for what can be asked again without harm. */
const passing = new Set([429, 502, 503, 504])

/** Decides whether, and after how long, a failed attempt is repeated. */
export class Retry {
  readonly #options: Required<RetryOptions>

  constructor(options: RetryOptions = {}) {
    this.#options = { attempts: 3, maxDelayMs: 10_000, baseDelayMs: 500, wait, now: Date.now, ...options }
  }

  /**
   * Waits for the next attempt; `false` when there should be none.
   * @param isRead whether the call changes nothing, so that it does not matter if it was done
   * already
   */
  async before(attempt: number, error: unknown, isRead: boolean, signal: AbortSignal | undefined): Promise<boolean> {
    if (attempt >= this.#options.attempts || signal?.aborted) return false
    const delay = this.#delay(attempt, error, isRead)
    if (delay === undefined || delay > this.#options.maxDelayMs) return false
    await this.#options.wait(delay, signal)
    return true
  }

  #delay(attempt: number, error: unknown, isRead: boolean): number | undefined {
    const drawn = Math.random() * this.#options.baseDelayMs * 2 ** (attempt - 1)
    // Whatever is not a response is a failure of the network.
    if (!(error instanceof XrpcError)) return isRead ? drawn : undefined
    const asked = this.#askedDelay(error)
    // A server that says when to come back has not begun.
    if (asked !== undefined && (error.status === 429 || error.status === 503)) return asked
    return isRead && passing.has(error.status) ? drawn : undefined
  }

  #askedDelay({ headers }: XrpcError): number | undefined {
    const after = headers['retry-after']
    if (after !== undefined && /^\d+$/.test(after)) return Number(after) * 1000
    const until = after === undefined ? Number(headers['ratelimit-reset'] ?? Number.NaN) * 1000 : Date.parse(after)
    return Number.isNaN(until) ? undefined : Math.max(0, until - this.#options.now())
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort)
  })
}
