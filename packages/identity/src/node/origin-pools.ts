import { Dispatcher, Pool } from 'undici'

/**
 * Connections to many hosts, a bounded number of them at a time. undici's own `Agent` keeps the
 * pool of a host whose requests were aborted for ever, and counts it against its `maxOrigins`.
 */
export class OriginPools extends Dispatcher {
  readonly #pools = new Map<string, Pool>()
  readonly #options: Pool.Options & { maxOrigins: number }

  constructor(options: Pool.Options & { maxOrigins: number }) {
    super()
    this.#options = options
  }

  /** How many hosts are connected to, or being connected to. */
  get size(): number {
    return this.#pools.size
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin)
    return (this.#pools.get(origin) ?? this.#open(origin)).dispatch(options, handler)
  }

  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | undefined {
    return settle(
      [...this.#pools.values()].map((pool) => pool.close()),
      callback,
    )
  }

  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> {
    const reason = error instanceof Error ? error : null
    const done = typeof error === 'function' ? error : callback
    return settle(
      [...this.#pools.values()].map((pool) => pool.destroy(reason)),
      done,
    ) as Promise<void>
  }

  #open(origin: string): Pool {
    const { maxOrigins, ...options } = this.#options
    if (this.#pools.size >= maxOrigins) throw new Error(`connections to ${maxOrigins} hosts are open already`)
    const pool = new Pool(origin, options)
    // The counts are right once the event has passed.
    const look = () => setImmediate(() => this.#closeUnused(origin, pool))
    pool.on('disconnect', look).on('connectionError', look)
    this.#pools.set(origin, pool)
    return pool
  }

  #closeUnused(origin: string, pool: Pool): void {
    const { connected, size } = pool.stats
    if (connected > 0 || size > 0 || this.#pools.get(origin) !== pool) return
    this.#pools.delete(origin)
    pool.close().catch(() => undefined)
  }
}

function settle(work: Promise<void>[], callback: (() => void) | undefined): Promise<void> {
  const done = Promise.all(work).then(() => undefined)
  if (callback) done.then(callback, callback)
  return done
}
