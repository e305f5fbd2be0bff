import { isLegacyKind } from '../decode/legacy-messages.ts'
import type { CommitMessage, RepoMessage } from '../decode/messages.ts'
import type { CollectionFilter } from '../operations/collection-filter.ts'
import type { Remembered } from '../verify/options.ts'
import { type AccountVerdict, type CommitVerdict, type Discarded, isDiscarded } from '../verify/verdict.ts'
import { verifyEvent } from '../verify/verify-event.ts'
import type { CommitEvent, DesynchronizedEvent, FirehoseEvent } from './firehose-event.ts'
import type { Failure, FailureDecision, FirehoseNotice } from './notices.ts'
import type { FirehoseConsumerOptions } from './options.ts'
import { ReceivedCommit } from './received-commit.ts'

export interface ProcessorOptions
  extends Pick<FirehoseConsumerOptions, 'verify' | 'onEvent' | 'onDesynchronized' | 'onFailure'> {
  /** Aborted when the consumer stops: nothing is tried again. */
  readonly signal: AbortSignal
  readonly onNotice: (notice: FirehoseNotice) => void
  /** Waits before the attempt after the n-th failure. */
  readonly backOff: (failures: number) => Promise<void>
  /** Runs work that takes long, while other accounts' events are processed. */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>
  readonly isWanted: CollectionFilter | undefined
}

/** A message on its way to its handler, with what was remembered of its account. */
type Received = { readonly event: FirehoseEvent; readonly remembered: Remembered } | Discarded

const retries = 4

/**
 * Verifies a message, hands it over, and then remembers what it changed: in this order, so that a
 * crash repeats work and never leaves any out.
 */
export class Processor {
  readonly #options: ProcessorOptions

  constructor(options: ProcessorOptions) {
    this.#options = options
  }

  /**
   * Resolves to whether the message is done with. @throws what a failure was that ends the consumer
   */
  async process(message: RepoMessage, frame: Uint8Array): Promise<boolean> {
    const { seq, did } = message
    const { onNotice } = this.#options
    const received = await this.#attempt('verify', message, () => this.#verify(message, frame))
    if (typeof received === 'string') return received === 'skipped'
    if ('outcome' in received.value) {
      if (received.value.rule === 'same-state') onNotice({ kind: 'unchanged', seq, did })
      else onNotice({ kind: 'discarded', seq, did, ...received.value })
      return true
    }
    const { event, remembered } = received.value
    for (const warning of event.verdict?.outcome === 'accept' ? event.verdict.warnings : []) {
      onNotice({ kind: 'warning', seq, did, ...warning })
    }
    const handled =
      this.#options.onDesynchronized && isDesynchronized(event)
        ? await this.#attempt('resynchronize', message, () => this.#resynchronize(event, remembered))
        : await this.#attempt('handle', message, () => this.#handle(event, remembered))
    return handled !== 'stopped'
  }

  /** Tries until it works, is given up, or the consumer stops. */
  async #attempt<T>(
    stage: Failure['stage'],
    message: RepoMessage,
    work: () => Promise<T>,
  ): Promise<{ value: T } | 'skipped' | 'stopped'> {
    const { signal, onNotice, backOff, onFailure = usualDecision } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        return { value: await work() }
      } catch (error) {
        // What was cut short by the end of the consumer did not fail.
        if (stage === 'resynchronize' && signal.aborted) return 'stopped'
        const failure: Failure = { stage, error, message, attempt }
        const decision = onFailure(failure)
        onNotice({ kind: 'failed', decision, ...failure })
        if (decision === 'skip') return 'skipped'
        if (decision === 'stop') throw error
        await backOff(attempt - 1)
        if (signal.aborted) return 'stopped'
      }
    }
  }

  async #verify(message: RepoMessage, frame: Uint8Array): Promise<Received> {
    const { verify } = this.#options
    const { isWanted } = this.#options
    if (!verify) return { event: eventOf(message, frame, isWanted), remembered: {} }
    const remembered = (await verify.states.get(message.did)) ?? {}
    const verdict = await verifyEvent(message, remembered, verify)
    return isDiscarded(verdict) ? verdict : { event: eventOf(message, frame, isWanted, verdict), remembered }
  }

  async #handle(event: FirehoseEvent, remembered: Remembered): Promise<void> {
    const { verify, onEvent, isWanted } = this.#options
    // After a gap, what was missed may be wanted.
    if (event.kind !== 'commit' || isDesynchronized(event) || isCommitWanted(event.message, isWanted)) {
      await onEvent(event)
    }
    const changed = changeOf(event)
    if (changed) await verify?.states.set(event.message.did, { ...remembered, ...changed })
  }

  async #resynchronize(event: DesynchronizedEvent, remembered: Remembered): Promise<void> {
    const { verify, onDesynchronized, signal, aside } = this.#options
    const state = await aside(async () => onDesynchronized?.(event, { signal }))
    await verify?.states.set(event.message.did, { ...remembered, state })
  }
}

function usualDecision({ stage, attempt }: Failure): FailureDecision {
  if (attempt <= retries) return 'retry'
  return stage === 'handle' ? 'stop' : 'skip'
}

/** Whether a commit changes records in a collection that is wanted. */
export function isCommitWanted({ body }: CommitMessage, isWanted: CollectionFilter | undefined): boolean {
  return !isWanted || body.ops.some(({ path }) => isWanted(path))
}

function isDesynchronized(event: FirehoseEvent): event is DesynchronizedEvent {
  return event.verdict?.outcome === 'desynchronized'
}

/** What an event changes in what is remembered. */
function changeOf(event: FirehoseEvent): Remembered | undefined {
  if (event.kind === 'commit' || event.kind === 'sync') return event.verdict && { state: event.verdict.state }
  if (event.kind === 'account') {
    const { active, status } = event.message.body
    // A deleted repository does not go on: if the account comes back, it is with another one.
    return status === 'deleted' && !active ? { active, state: undefined } : { active }
  }
  return undefined
}

function eventOf(
  message: RepoMessage,
  frame: Uint8Array,
  isWanted: CollectionFilter | undefined,
  verdict?: Exclude<CommitVerdict | AccountVerdict, Discarded>,
): FirehoseEvent {
  if (message.kind === 'commit') {
    // The verdict is verifyEvent's on this message, so it is of the message's kind.
    return new ReceivedCommit(message, frame, isWanted, verdict as CommitEvent['verdict'])
  }
  const kind = isLegacyKind(message.kind) ? 'legacy' : message.kind
  return (verdict ? { kind, message, frame, verdict } : { kind, message, frame }) as FirehoseEvent
}
