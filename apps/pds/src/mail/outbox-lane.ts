import type { Log } from '@atoll/process'
import type { OutboxMessage, PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { type Mailer, MailRefusedError } from './mailer.ts'

interface OutboxLaneDeps {
  readonly service: Did
  readonly storage: Pick<PdsStorage, 'outbox' | 'transact'>
  readonly channel: string
  readonly mailer: Pick<Mailer, 'send'>
  readonly log: Pick<Log, 'warn'>
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

const second = 1000
const minute = 60 * second

/** How many are handed over at a time, and read at once. */
const atOnce = 3
const page = 30

/** After the first failure, doubled with each further one. */
const refusedAgainMs = { first: 30 * second, longest: 60 * minute }
const unreachableAgainMs = { first: 2 * second, longest: minute }
/** How often to look for mails whose time has come. */
const pollMs = 15 * second

/**
 * Sends the mails of one channel. While no mail can be handed over, new ones wait until the next
 * try.
 */
export class OutboxLane {
  readonly #deps: OutboxLaneDeps
  /** Sent, but not deleted yet: if deleting fails, they are not sent again. */
  readonly #sent = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #passing: Promise<void> | undefined
  #isWanted = false
  #isClosed = false
  /** How many passes in a row found the mailer unreachable, and until when to leave it alone. */
  #unreachable = { times: 0, until: 0 }

  constructor(deps: OutboxLaneDeps) {
    this.#deps = deps
  }

  wake(): void {
    this.#isWanted = true
    if (this.#isClosed || this.#passing || this.#unreachable.until > this.#deps.now()) return
    clearTimeout(this.#timer)
    this.#passing = this.#passes().finally(() => {
      this.#passing = undefined
    })
  }

  async settled(): Promise<void> {
    while (this.#passing) await this.#passing
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.settled()
  }

  async #passes(): Promise<void> {
    let againMs: number | undefined
    do {
      this.#isWanted = false
      againMs = await this.#pass().catch((error: unknown) => {
        this.#deps.onError(error)
        return minute
      })
    } while ((this.#isWanted || againMs === 0) && !this.#isClosed && this.#unreachable.times === 0)
    if (againMs !== undefined && !this.#isClosed) this.#timer = setTimeout(() => this.wake(), againMs).unref()
  }

  /** Sends what is due. Returns after how long to look again; undefined when nothing waits. */
  async #pass(): Promise<number | undefined> {
    const { storage, channel, now } = this.#deps
    await this.#dropExpired()
    const due = await storage.outbox.due({ at: formatDatetime(new Date(now())), channel, limit: page })
    const queue = [...due]
    let isReached = true
    const sender = async () => {
      for (let next = queue.shift(); next && isReached && !this.#isClosed; next = queue.shift()) {
        isReached = (await this.#send(next)) && isReached
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sender))
    if (!isReached) return this.#pause()
    if (due.length > 0) this.#unreachable = { times: 0, until: 0 }
    if (due.length === page) return 0
    return (await storage.outbox.count()) > 0 ? pollMs : undefined
  }

  /** Returns whether the mailer could be reached. */
  async #send(message: OutboxMessage): Promise<boolean> {
    const { mailer, now } = this.#deps
    const { id, recipient: to, subject, text, html, expiresAt, failures } = message
    if (Date.parse(expiresAt) <= now()) return true // the next pass drops it
    try {
      if (!this.#sent.has(id)) await mailer.send({ id, to, subject, text, html })
    } catch (error) {
      const isRefused = error instanceof MailRefusedError
      if (isRefused && error.isPermanent) await this.#giveUp(message, error)
      else await this.#postpone(message, backOff(isRefused ? refusedAgainMs : unreachableAgainMs, failures))
      if (!isRefused) this.#warnOnce(error)
      return isRefused
    }
    this.#sent.add(id)
    await this.#change(message, (tx) => tx.outbox.delete(id))
    this.#sent.delete(id)
    return true
  }

  async #giveUp(message: OutboxMessage, error: MailRefusedError): Promise<void> {
    const { did, topic } = message
    this.#deps.log.warn('a mail was refused for good', { did, topic, reason: error.message })
    await this.#change(message, (tx) => tx.outbox.delete(message.id))
  }

  async #postpone(message: OutboxMessage, ms: number): Promise<void> {
    const dueAt = formatDatetime(new Date(this.#deps.now() + ms))
    await this.#change(message, (tx) => tx.outbox.postpone(message.id, dueAt))
  }

  async #dropExpired(): Promise<void> {
    const { storage, log, now } = this.#deps
    const expired = await storage.outbox.expired({ at: formatDatetime(new Date(now())), limit: page })
    for (const message of expired) {
      const { did, topic, failures } = message
      log.warn('a mail was dropped: it could not be sent in time', { did, topic, failures })
      await this.#change(message, (tx) => tx.outbox.delete(message.id))
    }
  }

  #pause(): number {
    const { times } = this.#unreachable
    const ms = backOff(unreachableAgainMs, times)
    this.#unreachable = { times: times + 1, until: this.#deps.now() + ms }
    // A little later than `until`, so that the timer never finds it too early.
    return ms + 10
  }

  /** The first time only: how long it lasts is told by what is dropped. */
  #warnOnce(error: unknown): void {
    if (this.#unreachable.times > 0) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#deps.log.warn('mails cannot be handed over at the moment, and wait', { channel: this.#deps.channel, reason })
  }

  #change(message: OutboxMessage, work: Parameters<OutboxLaneDeps['storage']['transact']>[1]): Promise<unknown> {
    return this.#deps.storage.transact(message.did ?? this.#deps.service, work)
  }
}

function backOff({ first, longest }: { first: number; longest: number }, failures: number): number {
  return Math.min(first * 2 ** failures, longest)
}
