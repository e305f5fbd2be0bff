import type { RepoMessage } from '../decode/messages.ts'
import type { Refused, Remembered } from '../verify/verdict.ts'
import { verifyCommitEvent } from '../verify/verify-commit-event.ts'
import { verifyAccountEvent, verifyIdentityEvent } from '../verify/verify-event.ts'
import { verifySyncEvent } from '../verify/verify-sync-event.ts'
import type { DesynchronizedEvent, FirehoseEvent } from './firehose-event.ts'
import type { Failure, FailureDecision, FirehoseNotice } from './notices.ts'
import type { ConsumerVerifying, FirehoseConsumerOptions } from './options.ts'

type ProcessorOptions = Pick<FirehoseConsumerOptions, 'verify' | 'onEvent' | 'onDesynchronized' | 'onFailure'>

/** A message on its way to its handler, with what was remembered of its account. */
type Judged = { readonly event: FirehoseEvent; readonly remembered: Remembered } | Refused

/** What the consumer around it provides. */
export interface Surroundings {
  readonly signal: AbortSignal
  readonly notice: (notice: FirehoseNotice) => void
  /** Waits before the attempt after the n-th failure. */
  readonly backOff: (failures: number) => Promise<void>
}

const retries = 4

/**
 * Verifies a message, hands it over, and then remembers what it changed: in this order, so that a crash repeats work and
 * never leaves any out.
 */
export class Processor {
  readonly #options: ProcessorOptions
  readonly #surroundings: Surroundings

  constructor(options: ProcessorOptions, surroundings: Surroundings) {
    this.#options = options
    this.#surroundings = surroundings
  }

  /** Resolves to whether the message is done with. @throws what a failure was that ends the consumer */
  async process(message: RepoMessage, frame: Uint8Array): Promise<boolean> {
    const { did } = message
    const judged = await this.#attempt('verify', message, () => this.#judge(message, frame))
    if (typeof judged === 'string') return judged === 'skipped'
    if ('outcome' in judged.value) {
      this.#surroundings.notice({ kind: 'refused', seq: message.seq, did, ...judged.value })
      return true
    }
    const { event, remembered } = judged.value
    for (const warning of event.verdict?.outcome === 'accept' ? event.verdict.warnings : []) {
      this.#surroundings.notice({ kind: 'warning', seq: message.seq, did, ...warning })
    }
    return (await this.#attempt('handle', message, () => this.#handle(event, remembered))) !== 'stopped'
  }

  /** Tries until it works, is given up, or the consumer stops. */
  async #attempt<T>(
    stage: Failure['stage'],
    message: RepoMessage,
    work: () => Promise<T>,
  ): Promise<{ value: T } | 'skipped' | 'stopped'> {
    const { signal, notice, backOff } = this.#surroundings
    const { onFailure = usualDecision } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        return { value: await work() }
      } catch (error) {
        const failure: Failure = { stage, error, message, attempt }
        const decision = onFailure(failure)
        notice({ kind: 'failed', decision, ...failure })
        if (decision === 'skip') return 'skipped'
        if (decision === 'stop') throw error
        await backOff(attempt - 1)
        if (signal.aborted) return 'stopped'
      }
    }
  }

  async #judge(message: RepoMessage, frame: Uint8Array): Promise<Judged> {
    const { verify } = this.#options
    if (!verify) return { event: unverified(message, frame), remembered: {} }
    const remembered = (await verify.states.get(message.did)) ?? {}
    const event = await verified(message, frame, remembered, verify)
    return 'outcome' in event ? event : { event, remembered }
  }

  async #handle(event: FirehoseEvent, remembered: Remembered): Promise<void> {
    const { verify, onEvent, onDesynchronized } = this.#options
    const { did } = event.message
    if (onDesynchronized && isDesynchronized(event)) {
      const state = await onDesynchronized(event)
      await verify?.states.set(did, { ...remembered, state })
      return
    }
    await onEvent(event)
    const changed = changeOf(event)
    if (changed) await verify?.states.set(did, { ...remembered, ...changed })
  }
}

function usualDecision({ stage, attempt }: Failure): FailureDecision {
  if (attempt <= retries) return 'retry'
  return stage === 'verify' ? 'skip' : 'stop'
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

function unverified(message: RepoMessage, frame: Uint8Array): FirehoseEvent {
  switch (message.kind) {
    case 'commit':
      return { kind: 'commit', message, frame }
    case 'sync':
      return { kind: 'sync', message, frame }
    case 'identity':
      return { kind: 'identity', message, frame }
    case 'account':
      return { kind: 'account', message, frame }
    default:
      return { kind: 'legacy', message, frame }
  }
}

async function verified(
  message: RepoMessage,
  frame: Uint8Array,
  remembered: Remembered,
  verify: ConsumerVerifying,
): Promise<FirehoseEvent | Refused> {
  switch (message.kind) {
    case 'commit': {
      const verdict = await verifyCommitEvent(message, remembered, verify)
      return isRefused(verdict) ? verdict : { kind: 'commit', message, frame, verdict }
    }
    case 'sync': {
      const verdict = await verifySyncEvent(message, remembered, verify)
      return isRefused(verdict) ? verdict : { kind: 'sync', message, frame, verdict }
    }
    case 'account': {
      const verdict = await verifyAccountEvent(message, verify)
      return isRefused(verdict) ? verdict : { kind: 'account', message, frame, verdict }
    }
    case 'identity': {
      const verdict = await verifyIdentityEvent(message, verify)
      return isRefused(verdict) ? verdict : { kind: 'identity', message, frame, verdict }
    }
    default: {
      const verdict = await verifyIdentityEvent(message, verify)
      return isRefused(verdict) ? verdict : { kind: 'legacy', message, frame, verdict }
    }
  }
}

function isRefused(verdict: { outcome: string }): verdict is Refused {
  return verdict.outcome === 'reject' || verdict.outcome === 'drop'
}
