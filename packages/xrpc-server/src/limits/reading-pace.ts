export interface ReadingPaceOptions {
  /** How long a client may leave an answer unread before it is cut off. */
  readonly stalledMs: number
  /** The lowest rate at which an answer may be read. Default: `minReadBytesPerSecond`. */
  readonly minBytesPerSecond?: number | undefined
  /** How much longer than the rate allows a client may make an answer wait in all. Default: a minute. */
  readonly graceMs?: number | undefined
}

/**
 * What a telephone on the slowest networks still reads. A streamed answer holds what it is read from: of an export of 100 MB that is two
 * hours, and at a rate that keeps no one from stalling for most of a minute it would be days.
 */
export const minReadBytesPerSecond = 16 * 1024

/** Enough for a telephone that changes networks or goes through a tunnel. */
const defaultGraceMs = 60_000

/** How long the client of one streamed answer has made it wait, and how long it still may. What the source takes is not counted. */
export class ReadingPace {
  readonly #stalledMs: number
  readonly #bytesPerMs: number
  #allowedMs: number

  constructor({ stalledMs, minBytesPerSecond = minReadBytesPerSecond, graceMs = defaultGraceMs }: ReadingPaceOptions) {
    this.#stalledMs = stalledMs
    this.#allowedMs = graceMs
    this.#bytesPerMs = minBytesPerSecond / 1000
  }

  /** After which wait the client is to be cut off. */
  get patienceMs(): number {
    return Math.max(0, Math.min(this.#stalledMs, this.#allowedMs))
  }

  wrote(bytes: number): void {
    this.#allowedMs += bytes / this.#bytesPerMs
  }

  waited(ms: number): void {
    this.#allowedMs -= ms
  }
}
