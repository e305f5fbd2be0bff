import { getHostStatus, requestCrawl } from '@atoll/lexicons/com.atproto.sync'
import { createClient, type FetchLike } from '@atoll/xrpc'

/** A relay is told of news this often at most. */
const pauseMs = 20 * 60 * 1000
/**
 * A relay that has made no progress for this long, although there are new events, has stopped
 * reading.
 */
const stalledMs = 5 * 60 * 1000
const timeoutMs = 10_000

interface Relay {
  readonly url: string
  notifiedAt: number
  /** The number of the newest event when it was last told. */
  notifiedSeq: number
  /** How far it says it has read, and since when it says so. */
  reached: { seq: number; since: number } | undefined
}

interface RelayNotifierOptions {
  readonly relays: readonly string[]
  /**
   * The name under which relays know this server: its host name, with the port if it is not the
   * default.
   */
  readonly hostname: string
  /** The number of the newest event. */
  readonly lastSeq: () => number
  readonly onError: (error: unknown) => void
  readonly fetch?: FetchLike
  readonly now?: () => number
}

/** A relay could not be asked to crawl this server. */
export class CrawlRequestError extends Error {
  override name = 'CrawlRequestError'
  readonly relay: string

  constructor(relay: string, options: { cause: unknown }) {
    const { cause } = options
    super(
      `the relay ${relay} could not be asked to crawl: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    )
    this.relay = relay
  }
}

/**
 * Asks relays to crawl this server: when there is news, and again when one of them has stopped
 * reading it.
 *
 * In one process only: when each relay was last notified, and of what.
 */
export class RelayNotifier {
  readonly #relays: Relay[]
  readonly #hostname: string
  readonly #lastSeq: () => number
  readonly #onError: (error: unknown) => void
  readonly #fetch: FetchLike | undefined
  readonly #now: () => number

  constructor(options: RelayNotifierOptions) {
    this.#hostname = options.hostname
    this.#lastSeq = options.lastSeq
    this.#onError = options.onError
    this.#fetch = options.fetch
    this.#now = options.now ?? Date.now
    this.#relays = options.relays.map((url) => ({
      url,
      notifiedAt: Number.NEGATIVE_INFINITY,
      notifiedSeq: -1,
      reached: undefined,
    }))
  }

  /** Checks every relay once; failures are retried on the next call. */
  async notify(): Promise<void> {
    await Promise.all(
      this.#relays.map((relay) =>
        this.#notify(relay).catch((cause: unknown) => this.#onError(new CrawlRequestError(relay.url, { cause }))),
      ),
    )
  }

  async #notify(relay: Relay): Promise<void> {
    const last = this.#lastSeq()
    if (last <= relay.notifiedSeq && !(await this.#isStalled(relay, last))) return
    const restedMs = this.#now() - relay.notifiedAt
    // Below zero: the clock has been set back since, so the pause counts as over.
    const rested = restedMs < 0 || restedMs >= pauseMs
    if (!rested && !(await this.#isStalled(relay, last))) return
    await this.#client(relay).call(requestCrawl, {
      input: { hostname: this.#hostname },
      signal: AbortSignal.timeout(timeoutMs),
    })
    relay.notifiedAt = this.#now()
    relay.notifiedSeq = last
    relay.reached = undefined
  }

  /** Whether the relay says that it is behind, and has reported the same position for a while. */
  async #isStalled(relay: Relay, last: number): Promise<boolean> {
    const status = await this.#client(relay)
      .call(getHostStatus, { params: { hostname: this.#hostname }, signal: AbortSignal.timeout(timeoutMs) })
      .catch(() => undefined)
    const seq = status?.data.seq
    if (seq === undefined || seq >= last) {
      relay.reached = undefined
      return false
    }
    const now = this.#now()
    if (relay.reached?.seq !== seq || relay.reached.since > now) relay.reached = { seq, since: now }
    return now - relay.reached.since >= stalledMs
  }

  #client(relay: Relay) {
    return createClient({ service: relay.url, fetch: this.#fetch })
  }
}
