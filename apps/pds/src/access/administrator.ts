import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { clientNetwork, MemoryRateLimitStore } from '@atoll/xrpc-server'
import type { AdminCaller } from '../callers.ts'
import { Refused } from '../refused.ts'

/** The parts of a request that are read. */
interface AdminRequest {
  readonly headers: { get(name: string): string | null }
  readonly ip: string
  readonly signal: AbortSignal
}

/** A wrong password, and how many of its network came before it in this window. */
interface AdminFailure {
  readonly network: string
  readonly failures: number
}

export interface AdministratorOptions {
  readonly password: string
  /**
   * Called for each wrong password that was checked: at most `maxFailures` per window and network.
   */
  readonly onFailure?: (failure: AdminFailure) => void
  readonly now?: () => number
  /** Resolves after so long, or rejects when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * A person mistypes a few times. A thousand networks together still have only some thirty guesses a
 * second.
 */
const maxFailures = 10
const window = { name: 'admin', durationMs: 5 * 60 * 1000 }
/** A wrong password is refused after a pause, so that guessing is slow from the first one on. */
const pauseMs = 500

/**
 * Authenticates the administrator by HTTP Basic. Wrong passwords are counted for each network,
 * whatever the rate limits are.
 *
 * In one process only: each counts wrong passwords for itself.
 */
export class Administrator {
  readonly #digest: Buffer
  readonly #onFailure: NonNullable<AdministratorOptions['onFailure']>
  readonly #now: NonNullable<AdministratorOptions['now']>
  readonly #pause: NonNullable<AdministratorOptions['pause']>
  readonly #failures = new MemoryRateLimitStore({ maxKeys: 20_000, maxBytes: 4 * 1024 * 1024 })

  constructor({ password, onFailure = () => {}, now = Date.now, pause = waitFor }: AdministratorOptions) {
    this.#digest = digest(password)
    this.#onFailure = onFailure
    this.#now = now
    this.#pause = pause
  }

  /**
   * Refuses requests without the right password, and all requests from a network with too many
   * failures, even with the right one.
   */
  async require({ headers, ip, signal }: AdminRequest): Promise<AdminCaller> {
    const given = basicPassword(headers)
    if (given === undefined) throw new Refused('AuthMissing', 'Authentication Required')
    const network = clientNetwork(ip)
    this.#requireFewFailures(network)
    if (timingSafeEqual(digest(given), this.#digest)) return { kind: 'admin' }
    // Counted before anything is waited for: guesses at the same time are counted like others.
    const { consumed } = this.#count(network, 1)
    this.#onFailure({ network, failures: consumed })
    await this.#pause(pauseMs, signal)
    throw new Refused('AuthenticationRequired', 'Authentication Required')
  }

  #requireFewFailures(network: string): void {
    const { consumed, resetAtMs } = this.#count(network, 0)
    if (consumed < maxFailures) return
    const seconds = Math.max(1, Math.ceil((resetAtMs - this.#now()) / 1000))
    throw new Refused(
      'RateLimitExceeded',
      'Too many wrong administrator passwords from this network: try again later',
      {
        headers: { 'retry-after': String(seconds) },
      },
    )
  }

  #count(network: string, failures: number) {
    return this.#failures.consume(window, network, failures, this.#now())
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<unknown> {
  return wait(ms, undefined, { signal })
}

function basicPassword(headers: AdminRequest['headers']): string | undefined {
  const [scheme, encoded] = (headers.get('authorization') ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString()
  return decoded.startsWith('admin:') ? decoded.slice('admin:'.length) : undefined
}

/** Both sides are hashed, so that the comparison takes as long whatever the lengths are. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
