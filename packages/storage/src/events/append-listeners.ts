import type { AppendListener, StoredEvent } from './event-log.ts'

/** Who wants to hear of new events. For adapters: a listener's fault reaches neither the others nor the writer. */
export class AppendListeners {
  readonly #listeners = new Set<AppendListener>()

  add(listener: AppendListener): () => void {
    // A listener added twice is two listeners.
    const own: AppendListener = (events) => listener(events)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  notify(events: readonly StoredEvent[]): void {
    if (events.length === 0) return
    for (const listener of [...this.#listeners]) {
      try {
        listener(events)
      } catch (error) {
        reportLater(error)
      }
    }
  }
}

/** As an uncaught error in a turn of its own: it is the listener's bug, not the writer's. */
function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
