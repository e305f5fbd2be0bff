import type { AppendListener, StoredEvent } from './event-log.ts'

/**
 * The listeners of an event log, for adapters: an error in one affects neither the others nor the
 * writer.
 */
export class AppendListeners {
  readonly #listeners = new Set<AppendListener>()

  add(listener: AppendListener): () => void {
    // Wrapped, so that a listener that is added twice is called twice.
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

/** Throws from a microtask, as an uncaught error: it is the listener's bug, not the writer's. */
function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
