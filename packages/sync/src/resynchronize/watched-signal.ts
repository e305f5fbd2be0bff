import type { Clock } from '@atoll/xrpc'

/** A signal that is aborted by its owner, or when nothing was heard for too long. */
export class WatchedSignal {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #idleTimeoutMs: number
  readonly #silence: () => Error
  readonly #owner: AbortSignal | undefined
  readonly #stop = () => this.#controller.abort(this.#owner?.reason)
  #cancel: () => void = () => {}

  /** `silence` makes the reason of an abort for silence. */
  constructor(options: {
    clock: Clock
    idleTimeoutMs: number
    silence: () => Error
    owner: AbortSignal | undefined
  }) {
    this.#clock = options.clock
    this.#idleTimeoutMs = options.idleTimeoutMs
    this.#silence = options.silence
    this.#owner = options.owner
    this.#owner?.addEventListener('abort', this.#stop)
    if (this.#owner?.aborted) this.#stop()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Waits for something to be heard, from now on. */
  watch(): void {
    this.#cancel()
    this.#cancel = this.#clock.after(this.#idleTimeoutMs, () => this.#controller.abort(this.#silence()))
  }

  /** Waits no longer, while what was heard is dealt with. */
  heard(): void {
    this.#cancel()
  }

  close(): void {
    this.#cancel()
    this.#owner?.removeEventListener('abort', this.#stop)
  }
}
