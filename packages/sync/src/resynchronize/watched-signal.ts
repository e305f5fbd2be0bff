import type { Clock } from '@atoll/xrpc'

/**
 * A signal that is aborted by its owner, when nothing was heard for too long, or when the waiting
 * took too long in all.
 */
export class WatchedSignal {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #idleTimeoutMs: number
  readonly #silence: () => Error
  readonly #slowness: () => Error
  readonly #owner: AbortSignal | undefined
  readonly #stop = () => this.#controller.abort(this.#owner?.reason)
  #cancel: () => void = () => {}
  /** How much longer may be waited, and since when it is. */
  #leftMs: number
  #since: number | undefined

  /** `silence` and `slowness` make the reason of an abort. */
  constructor(options: {
    clock: Clock
    idleTimeoutMs: number
    maxWaitMs: number
    silence: () => Error
    slowness: () => Error
    owner: AbortSignal | undefined
  }) {
    this.#clock = options.clock
    this.#idleTimeoutMs = options.idleTimeoutMs
    this.#leftMs = options.maxWaitMs
    this.#silence = options.silence
    this.#slowness = options.slowness
    this.#owner = options.owner
    this.#owner?.addEventListener('abort', this.#stop)
    if (this.#owner?.aborted) this.#stop()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Waits for something to be heard, from now on. */
  watch(): void {
    this.heard()
    this.#since = this.#clock.now()
    const isSlow = this.#leftMs < this.#idleTimeoutMs
    const [ms, reason] = isSlow ? [this.#leftMs, this.#slowness] : [this.#idleTimeoutMs, this.#silence]
    this.#cancel = this.#clock.after(ms, () => this.#controller.abort(reason()))
  }

  /** Waits no longer, while what was heard is dealt with. */
  heard(): void {
    this.#cancel()
    if (this.#since === undefined) return
    this.#leftMs = Math.max(0, this.#leftMs - (this.#clock.now() - this.#since))
    this.#since = undefined
  }

  close(): void {
    this.#cancel()
    this.#owner?.removeEventListener('abort', this.#stop)
  }
}
