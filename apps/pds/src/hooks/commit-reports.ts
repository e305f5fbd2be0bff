import type { CommitMessage } from '@atoll/sync'
import type { Did } from '@atoll/syntax'
import { DidLocks } from '../did-locks.ts'
import type { EventFeed } from '../events/event-feed.ts'
import type { Hooks } from './hooks.ts'
import { storedCommit } from './stored-commit.ts'
import { within } from './within.ts'

/** How many commits the hook is told of at the same time. */
const maxAtOnce = 64
const defaultCloseMs = 10_000
const defaultRetryMs = 1_000

interface CommitReportsDeps {
  readonly events: EventFeed
  readonly hook: NonNullable<Hooks['afterCommit']>
  readonly timeoutMs: number
  /** How long the end of the server waits for the hook. Default: ten seconds. */
  readonly closeMs?: number
  /** How long to wait before a log that could not be read is read again. Default: a second. */
  readonly retryMs?: number
  /** Told of failures of the hook, and of commits that it is not told of. */
  readonly onError: (message: string, facts: { did?: Did; seq?: number; err: unknown }) => void
}

/**
 * Tells a hook of every commit once it is durable. The event log is the queue: a hook that is slow
 * is behind in the log, and costs no memory.
 *
 * In one process only: every process tells its own hook of the commits that it sees.
 */
export class CommitReports {
  readonly #deps: CommitReportsDeps
  readonly #stop = new AbortController()
  readonly #order = new DidLocks()
  readonly #underWay = new Set<Promise<void>>()
  readonly #following: Promise<void>
  /** The number of the last event that was read. */
  #cursor: number
  #onProgress: (() => void)[] = []

  /** Begins after the event `cursor`. */
  constructor(cursor: number, deps: CommitReportsDeps) {
    this.#deps = deps
    this.#cursor = cursor
    this.#following = this.#follow()
  }

  /** Resolves when the hook has been told of all commits that are in the log now. */
  async settled(): Promise<void> {
    const last = await this.#deps.events.last()
    while (this.#cursor < last && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => this.#onProgress.push(resolve))
    }
    await Promise.all(this.#underWay)
  }

  /**
   * Lets the hook be told of the last commits, for a bounded time, and ends: nothing is waited for
   * any more, and the hook is told of nothing.
   */
  async close(): Promise<void> {
    const { closeMs = defaultCloseMs } = this.#deps
    const late = () => new Error(`it took more than ${closeMs} ms`)
    await within(this.settled(), closeMs, late).catch((err: unknown) =>
      this.#deps.onError('the server ends before the hook afterCommit was told of the last commits', {
        seq: this.#cursor,
        err,
      }),
    )
    this.#stop.abort()
    this.#progress()
    await this.#following
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        for await (const event of this.#deps.events.follow({ cursor: this.#cursor, signal })) {
          if (event.kind === 'commit') await this.#report(event)
          if (event.kind !== 'info') this.#cursor = event.seq
          this.#progress()
        }
      } catch (err) {
        this.#deps.onError('the event log could not be read for the hook afterCommit', { seq: this.#cursor, err })
        await pause(this.#deps.retryMs ?? defaultRetryMs, signal)
      }
    }
  }

  /** Starts to tell the hook, once there is room for it. */
  async #report(event: CommitMessage): Promise<void> {
    while (this.#underWay.size >= maxAtOnce) await Promise.race(this.#underWay)
    if (this.#stop.signal.aborted) return
    const telling = this.#order
      .run(event.did, () => this.#tell(event))
      .finally(() => {
        this.#underWay.delete(telling)
      })
    this.#underWay.add(telling)
  }

  async #tell(event: CommitMessage): Promise<void> {
    const { hook, timeoutMs, onError } = this.#deps
    const { signal } = this.#stop
    if (signal.aborted) return
    try {
      const answer = hook(storedCommit(event))
      const late = () => new Error(`it took more than ${timeoutMs} ms`)
      if (answer !== undefined) await within(answer, timeoutMs, late, signal)
    } catch (err) {
      if (err === signal.reason) return // `close` has told of it
      onError('the hook afterCommit failed', { did: event.did, seq: event.seq, err })
    }
  }

  #progress(): void {
    for (const tell of this.#onProgress.splice(0)) tell()
  }
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
