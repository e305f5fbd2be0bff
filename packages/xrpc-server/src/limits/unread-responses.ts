import { CountsByKey } from './counts-by-key.ts'

/** Bounds of what whole responses hold in memory while their clients do not read them. */
export interface UnreadResponseLimits {
  /** For one client network. Default: 32 MiB, sixteen of the largest pages. */
  maxUnreadBytesPerAddress?: number
  /** For all clients together. Default: 256 MiB. */
  maxUnreadBytes?: number
}

interface Unread {
  readonly network: string
  readonly bytes: number
  readonly cutOff: () => void
}

/**
 * Bounds the responses that nobody reads. Beyond the bound, those without progress for the longest
 * time are cut off.
 */
export class UnreadResponses {
  /** The longest without progress first. */
  readonly #unread = new Set<Unread>()
  readonly #byNetwork = new CountsByKey()
  readonly #maxPerNetwork: number
  readonly #max: number
  #bytes = 0

  constructor({
    maxUnreadBytesPerAddress = 32 * 1024 * 1024,
    maxUnreadBytes = 256 * 1024 * 1024,
  }: UnreadResponseLimits) {
    this.#maxPerNetwork = maxUnreadBytesPerAddress
    this.#max = maxUnreadBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Counts a response until it is released, or cut off to make room for another. */
  hold(unread: Unread): Unread {
    this.#unread.add(unread)
    this.#count(unread, 1)
    // A response that is larger than the bound passes if it is the only one.
    if (this.#byNetwork.of(unread.network) > this.#maxPerNetwork) this.#makeRoom(unread, unread.network)
    if (this.#bytes > this.#max) this.#makeRoom(unread)
    return unread
  }

  /** The client has read some of it. */
  moved(unread: Unread): void {
    if (this.#unread.delete(unread)) this.#unread.add(unread)
  }

  release(unread: Unread): void {
    if (this.#unread.delete(unread)) this.#count(unread, -1)
  }

  #makeRoom(newest: Unread, network?: string): void {
    for (const unread of this.#unread) {
      if (unread === newest || !this.#isOver(network)) return
      if (network !== undefined && unread.network !== network) continue
      this.release(unread)
      unread.cutOff()
    }
  }

  #isOver(network: string | undefined): boolean {
    return network === undefined ? this.#bytes > this.#max : this.#byNetwork.of(network) > this.#maxPerNetwork
  }

  #count({ network, bytes }: Unread, sign: 1 | -1): void {
    this.#bytes += sign * bytes
    this.#byNetwork.add(network, sign * bytes)
  }
}
