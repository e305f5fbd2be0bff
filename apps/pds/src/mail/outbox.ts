import { randomUUID } from 'node:crypto'
import type { Log } from '@atoll/process'
import { ConflictError, type OutboxMessage, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Datetime, type Did, formatDatetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import type { Mailer } from './mailer.ts'
import { OutboxLane } from './outbox-lane.ts'

/** Who speaks: the server to its accounts, or its moderators. */
export type MailChannel = 'accounts' | 'moderation'

/** A mail to queue. */
export interface NewMail {
  /** The account that it is for, with which it is deleted; undefined for somebody without one. */
  readonly did: Did | undefined
  /** A later mail to the account about the same takes the place of this one while it waits. */
  readonly topic?: string
  readonly channel: MailChannel
  readonly recipient: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** When it is no longer worth sending. Default: in two days. */
  readonly expiresAt?: Datetime
}

interface OutboxDeps {
  /** The service's own DID: transactions about mails of several accounts run under it. */
  readonly service: Did
  readonly storage: Pick<PdsStorage, 'outbox' | 'transact'>
  readonly mailers: Readonly<Record<MailChannel, Mailer>>
  readonly log: Pick<Log, 'warn'>
  readonly onError: (error: unknown) => void
  readonly now?: () => number
}

/**
 * Far more than people ask for, and few enough to be read whole: mails with codes wait for minutes
 * at most, and one for each purpose.
 */
const limits = { ofAccount: 50, inAll: 20_000 }
const lifeMs = 2 * 24 * 60 * 60 * 1000
const channels = ['accounts', 'moderation'] as const

/**
 * Mails that wait to be sent. They are stored in the transaction that gives the reason for them,
 * and sent in the background until they are taken over, refused for good, or expired: each at least
 * once, and twice only if the process ends between.
 *
 * In one process only: every process that runs sends all of them.
 */
export class Outbox {
  readonly #deps: OutboxDeps
  readonly #now: () => number
  readonly #lanes: readonly OutboxLane[]

  constructor(deps: OutboxDeps) {
    this.#deps = deps
    const now = deps.now ?? Date.now
    this.#now = now
    this.#lanes = channels.map((channel) => new OutboxLane({ ...deps, channel, mailer: deps.mailers[channel], now }))
  }

  /** Stores a mail with the transaction. Once that is committed, `wake` has it sent at once. */
  add(tx: Pick<PdsTransaction, 'outbox'>, mail: NewMail): void {
    const now = this.#now()
    const message: OutboxMessage = {
      id: randomUUID(),
      did: mail.did,
      topic: mail.topic,
      channel: mail.channel,
      recipient: mail.recipient,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      failures: 0,
      dueAt: formatDatetime(new Date(now)),
      expiresAt: mail.expiresAt ?? formatDatetime(new Date(now + lifeMs)),
    }
    tx.outbox.add(message, limits)
  }

  /** Queues a mail by itself. Refuses with `ServiceUnavailable` if too many wait. */
  async queue(mail: NewMail): Promise<void> {
    const { service, storage } = this.#deps
    await storage.transact(mail.did ?? service, (tx) => this.add(tx, mail)).catch(refuseFull)
    this.wake()
  }

  /** Begins to send what is due, if that is not under way. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake()
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.settled()))
  }

  /** Ends when what is being handed over has been, or has failed. What waits is kept. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }
}

/** Turns the conflict of a full outbox into a refusal, and throws everything else. */
export function refuseFull(error: unknown): never {
  if (!(error instanceof ConflictError) || error.field !== 'outbox') throw error
  throw new Refused('ServiceUnavailable', 'Too many mails wait to be sent at the moment: try again later', {
    headers: { 'retry-after': '300' },
  })
}
