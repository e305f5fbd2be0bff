import type { Clock } from '@atoll/xrpc'
import type { Awaitable } from '../awaitable.ts'

/** Where a consumer keeps its place in a stream. */
export interface CursorStore {
  /** What was saved last; `undefined` before the first time. */
  load(): Awaitable<number | undefined>
  /** Every event up to this number has been processed. */
  save(cursor: number): Awaitable<void>
}

/** Saves a cursor that moves often: at intervals, and one save at a time. */
export class CursorSaver {
  readonly #store: CursorStore
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #onError: (error: unknown) => void
  #saved: number | undefined
  #wanted: number | undefined
  #saving: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined

  constructor(
    store: CursorStore,
    saved: number | undefined,
    options: { clock: Clock; everyMs: number; onError: (error: unknown) => void },
  ) {
    this.#store = store
    this.#saved = saved
    this.#wanted = saved
    this.#clock = options.clock
    this.#everyMs = options.everyMs
    this.#onError = options.onError
  }

  /** Saves `cursor`, or a later one, when the interval is over. */
  want(cursor: number | undefined): void {
    this.#wanted = cursor
    this.#arm()
  }

  /** Resolves when the newest cursor has been saved, or could not be. */
  async flush(): Promise<void> {
    await this.#saving
    await this.#save()
    this.#cancelTimer?.()
  }

  /** A save that failed is tried again after the interval. */
  #arm(): void {
    if (this.#wanted === this.#saved) return
    this.#cancelTimer ??= this.#clock.after(this.#everyMs, () => {
      this.#cancelTimer = undefined
      void this.#save().then(() => this.#arm())
    })
  }

  #save(): Promise<void> {
    return (this.#saving ??= this.#saveWanted().finally(() => {
      this.#saving = undefined
    }))
  }

  async #saveWanted(): Promise<void> {
    const cursor = this.#wanted
    if (cursor === undefined || cursor === this.#saved) return
    try {
      await this.#store.save(cursor)
      this.#saved = cursor
    } catch (error) {
      this.#onError(error)
    }
  }
}
