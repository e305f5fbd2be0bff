export interface ReadingPaceOptions {
  /** How long a client may read nothing before it is cut off. */
  readonly stalledMs: number
  /** The lowest rate at which a response may be read. Default: `minReadBytesPerSecond`. */
  readonly minBytesPerSecond?: number | undefined
  /** How much longer a client may take in all than the rate allows. Default: a minute. */
  readonly graceMs?: number | undefined
}

/**
 * What a telephone on the slowest networks still reads. A streamed response keeps its source open:
 * two hours for an export of 100 MB at this rate, and days if each chunk could stall for most of a
 * minute.
 */
export const minReadBytesPerSecond = 16 * 1024

/** Enough for a telephone that changes networks or goes through a tunnel. */
const defaultGraceMs = 60_000

/**
 * How long the client of one streamed response may still make it wait. Time that the source takes
 * is not counted.
 */
export class ReadingPace {
  readonly #stalledMs: number
  readonly #bytesPerMs: number
  #allowedMs: number

  constructor({ stalledMs, minBytesPerSecond = minReadBytesPerSecond, graceMs = defaultGraceMs }: ReadingPaceOptions) {
    this.#stalledMs = stalledMs
    this.#allowedMs = graceMs
    this.#bytesPerMs = minBytesPerSecond / 1000
  }

  /** How long the next wait may last before the client is cut off, in milliseconds. */
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
