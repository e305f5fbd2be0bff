import { abnormalClosure, type Clock, maxFrameBytes, StreamSocket, systemClock } from '@atoll/xrpc'
import { decodeMessage } from '../decode/decode-message.ts'
import type { RepoMessage } from '../decode/messages.ts'
import { StreamError } from '../errors.ts'
import { type CollectionFilter, collectionFilter } from '../operations/collection-filter.ts'
import { type Backoff, backoffMs, defaultBackoff } from './backoff.ts'
import { concurrencyLimit } from './concurrency-limit.ts'
import { warnOfNotice } from './console-notices.ts'
import { CursorSaver } from './cursor-store.ts'
import { delay } from './delay.ts'
import type { Ending } from './ending.ts'
import { KeyedQueue } from './keyed-queue.ts'
import type { FirehoseNotice } from './notices.ts'
import type { FirehoseConsumer, FirehoseConsumerOptions, VerifyingConsumerOptions } from './options.ts'
import { isCommitWanted, Processor } from './processor.ts'
import { Progress } from './progress.ts'
import { firehoseUrl } from './service-url.ts'
import { StreamReader } from './stream-reader.ts'

/**
 * Makes a consumer of the firehose of a relay or a personal data server. It reconnects when the
 * stream breaks, and goes on where it was. Nothing happens before `run`.
 *
 * @throws InvalidServiceError for a service that is not the address of a server
 * @throws TypeError for `filterCollections` that are no collections
 * @example
 * const service = 'wss://relay.example'
 * const consumer = createFirehoseConsumer({ service, cursorStore, onEvent: index })
 * await consumer.run()
 */
export function createFirehoseConsumer(options: VerifyingConsumerOptions): FirehoseConsumer
export function createFirehoseConsumer(options: FirehoseConsumerOptions): FirehoseConsumer
export function createFirehoseConsumer(options: FirehoseConsumerOptions | VerifyingConsumerOptions): FirehoseConsumer {
  // With `verify`, every event has the verdict that the handler asks for.
  return new Consumer(options as FirehoseConsumerOptions)
}

/** The cursors that stand for the oldest event and for what is new. */
const beginning = { oldest: 0, live: undefined }

/**
 * Roughly what a waiting frame takes in memory besides its bytes: more than the bytes of most
 * events.
 */
const frameOverhead = 400

class Consumer implements FirehoseConsumer {
  readonly #options: FirehoseConsumerOptions
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #queue: KeyedQueue
  readonly #processor: Processor
  readonly #isWanted: CollectionFilter | undefined
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #failure: { error: unknown } | undefined
  #progress: Progress
  #saver: CursorSaver | undefined
  #socket: StreamSocket<Ending> | undefined
  /** Why the last WebSocket could not be opened. */
  #openFault: { error: unknown } | undefined
  #failedConnections = 0
  #onDrain: () => void = () => {}

  constructor(options: FirehoseConsumerOptions) {
    // Fail on an invalid service URL in the constructor, not at the first connection.
    firehoseUrl(options.service, undefined)
    this.#options = options
    this.#isWanted = options.filterCollections && collectionFilter(options.filterCollections)
    const limited = concurrencyLimit(options.maxResynchronizations ?? 4)
    this.#clock = options.clock ?? systemClock
    this.#backoff = { ...defaultBackoff, ...options.backoff }
    this.#progress = new Progress(undefined, this.#overlap)
    this.#queue = new KeyedQueue(options.concurrency ?? 16, () => this.#resume())
    this.#processor = new Processor({
      verify: options.verify,
      onEvent: options.onEvent,
      onDesynchronized: options.onDesynchronized,
      onFailure: options.onFailure,
      signal: this.#stopping.signal,
      onNotice: (notice) => this.#notice(notice),
      backOff: (failures) => this.#queue.yieldSlot(this.#wait(this.#backoffMs(failures))),
      aside: (work) => this.#queue.yieldSlot(limited(work)),
      isWanted: this.#isWanted,
    })
  }

  get cursor(): number | undefined {
    return this.#progress.done
  }

  run(): Promise<void> {
    return (this.#running ??= this.#run())
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#running?.catch(() => undefined)
  }

  async #run(): Promise<void> {
    const { signal } = this.#options
    const stop = () => this.#stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    try {
      await this.#load()
      while (!this.#stopped) await this.#recover(await this.#follow(this.#progress))
    } catch (error) {
      this.#fail(error)
    }
    signal?.removeEventListener('abort', stop)
    this.#queue.dropUnstarted()
    await this.#queue.idle()
    await this.#saver?.flush()
    if (this.#failure) throw this.#failure.error
  }

  async #load(): Promise<void> {
    const { cursorStore, saveEveryMs: everyMs = 1000, start = 'live' } = this.#options
    const stored = await cursorStore.load()
    const onError = (error: unknown) => this.#guarded(() => this.#notice({ kind: 'cursor-unsaved', error }))
    this.#saver = new CursorSaver(cursorStore, stored, { clock: this.#clock, everyMs, onError })
    this.#progress = new Progress(stored ?? beginning[start], this.#overlap)
  }

  /** Follows the stream on one connection until that ends. */
  async #follow(progress: Progress): Promise<Ending> {
    const { cursor } = progress
    const reader = new StreamReader({
      cursor,
      lenient: this.#isLenient,
      progress,
      onMessage: (message, frame, done) => this.#take(message, frame, done),
      onNotice: (notice) => this.#notice(notice),
      end: (ending) => this.#socket?.terminate(ending),
    })
    const opened = this.#clock.now()
    const ending = await this.#read(reader, cursor)
    this.#saver?.want(progress.done)
    if (this.#clock.now() - opened >= this.#backoff.maxMs) this.#failedConnections = 0
    return ending
  }

  /** Opens a connection and reads from it until it ends. */
  #read(reader: StreamReader, cursor: number | undefined): Promise<Ending> {
    const { service, webSocket, idleTimeoutMs } = this.#options
    this.#openFault = undefined
    try {
      this.#socket = new StreamSocket<Ending>({
        url: firehoseUrl(service, cursor),
        webSocket,
        maxFrameBytes,
        watchdog: { clock: this.#clock, idleTimeoutMs },
        onOpen: () => this.#guarded(() => this.#notice({ kind: 'connected', cursor })),
        onFrame: (frame) => this.#guarded(() => reader.read(frame)),
      })
      return this.#socket.ended
    } catch (error) {
      this.#openFault = { error }
      return Promise.resolve({ kind: 'closed', code: abnormalClosure, reason: String(error) })
    }
  }

  /**
   * Queues a message behind the others of its account. While it waits, only its frame is kept,
   * whose length is known, and is decoded again when its turn comes: a decoded message may take
   * many times that.
   */
  #take(message: RepoMessage, frame: Uint8Array, done: () => void): void {
    this.#failedConnections = 0
    if (this.#isUnwanted(message)) {
      done()
      this.#saver?.want(this.#progress.done)
      return
    }
    let decoded: RepoMessage | undefined = message
    this.#queue.add(message.did, frame.length + frameOverhead, async () => {
      const isDone = await this.#process(decoded ?? this.#decodedAgain(frame), frame)
      if (isDone) done()
      this.#saver?.want(this.#progress.done)
      return isDone
    })
    // Whatever may start at once has started.
    decoded = undefined
    if (this.#queue.size <= this.#maxBufferedBytes || this.#socket?.pause()) return
    this.#socket?.terminate({ kind: 'backlog', bytes: this.#queue.size })
  }

  /** A commit that nobody wants is needed only where the next one is verified against it. */
  #isUnwanted(message: RepoMessage): boolean {
    return !this.#options.verify && message.kind === 'commit' && !isCommitWanted(message, this.#isWanted)
  }

  #decodedAgain(frame: Uint8Array): RepoMessage {
    const decoded = decodeMessage(frame, { lenient: this.#isLenient })
    if (!decoded.ok || !('seq' in decoded.message)) throw new Error('a frame changed while it waited')
    return decoded.message
  }

  async #process(message: RepoMessage, frame: Uint8Array): Promise<boolean> {
    try {
      return await this.#processor.process(message, frame)
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Does what an ending calls for, so that the stream can be followed again. */
  async #recover(ending: Ending): Promise<void> {
    if (this.#stopped) return
    const wentBack = ending.kind === 'went-back' || (ending.kind === 'error-frame' && ending.error === 'FutureCursor')
    const retryInMs = ending.kind === 'backlog' ? 0 : this.#backoffMs(this.#failedConnections++)
    const fault = this.#openFault ?? this.#socket?.fault
    const error = ending.kind === 'closed' ? fault?.error : undefined
    this.#notice({ kind: 'disconnected', ending, ...(error !== undefined && { error }), retryInMs })
    if (ending.kind === 'backlog') return this.#drained()
    if (wentBack) await this.#startOver(ending)
    await this.#wait(retryInMs)
  }

  /** The service's numbers went back: they have nothing to do with those that were seen. */
  async #startOver(ending: Ending): Promise<void> {
    const { onFutureCursor = 'oldest' } = this.#options
    if (onFutureCursor === 'stop') throw new StreamError('FutureCursor', reasonOf(ending))
    await this.#queue.idle()
    this.#progress = new Progress(beginning[onFutureCursor], this.#overlap)
  }

  /** Goes on reading when half of what waited has been processed. */
  #resume(): void {
    if (this.#queue.size > this.#maxBufferedBytes / 2) return
    this.#socket?.resume()
    this.#onDrain()
  }

  #drained(): Promise<void> {
    if (this.#stopped || this.#queue.size <= this.#maxBufferedBytes / 2) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onDrain = resolve
    })
  }

  /** An error in the owner's hook ends the consumer, as one in a handler does. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  #notice(notice: FirehoseNotice): void {
    const { onNotice, service } = this.#options
    if (onNotice) onNotice(notice)
    else warnOfNotice(notice, new URL(service).host)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop()
  }

  #stop(): void {
    this.#stopping.abort()
    this.#socket?.terminate({ kind: 'stopped' })
    this.#onDrain()
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  get #isLenient(): boolean {
    return this.#options.verify?.lenient ?? false
  }

  get #overlap(): number {
    return this.#options.overlap ?? 0
  }

  get #maxBufferedBytes(): number {
    return this.#options.maxBufferedBytes ?? 32 * 1024 * 1024
  }

  #backoffMs(failures: number): number {
    return backoffMs(failures, this.#options.random ?? Math.random, this.#backoff)
  }

  #wait(ms: number): Promise<void> {
    return delay(this.#clock, ms, this.#stopping.signal)
  }
}

function reasonOf(ending: Ending): string {
  if (ending.kind === 'went-back') return `event ${ending.seq} came after the cursor ${ending.cursor}`
  return (ending.kind === 'error-frame' && ending.message) || "the cursor is above the service's events"
}
