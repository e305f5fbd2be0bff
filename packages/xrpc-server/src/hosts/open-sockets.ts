import { runAfterYield } from '@atoll/event-loop'
import type { FrameSocket } from '../streams/frame-socket.ts'

interface KeptAlive {
  /** Cuts off a peer that gave no sign of life since the last call; asks the others for one. */
  keepAlive?(): void
}

const goingAway = 1001
const goodbye = 'the server is closing'

/** The subscribers' sockets of one host, which are pinged as long as there are any. */
export class OpenSockets<S extends FrameSocket & KeptAlive> {
  readonly #sockets = new Set<S>()
  readonly #keepAliveMs: number | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #isClosing = false

  /** @param keepAliveMs how often they are pinged; without it the runtime does that, or nobody */
  constructor(keepAliveMs?: number) {
    this.#keepAliveMs = keepAliveMs
  }

  get size(): number {
    return this.#sockets.size
  }

  add(socket: S): S {
    this.#sockets.add(socket)
    if (this.#keepAliveMs !== undefined && this.#timer === undefined) {
      this.#timer = setInterval(this.#keepAlive, this.#keepAliveMs)
      this.#timer.unref()
    }
    if (this.#isClosing) socket.close(goingAway, goodbye)
    socket.onClose(() => this.#remove(socket))
    return socket
  }

  /**
   * Closes every socket, those that are added later included. Resolves once those that are open
   * have closed.
   */
  async close(): Promise<void> {
    this.#isClosing = true
    const closed = [...this.#sockets].map((socket) => new Promise<void>((resolve) => socket.onClose(resolve)))
    for (const socket of this.#sockets) socket.close(goingAway, goodbye)
    await Promise.all(closed)
  }

  #remove(socket: S): void {
    this.#sockets.delete(socket)
    if (this.#sockets.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  // After a stall of this process timers come first: pongs that have arrived are read before anyone
  // is cut off.
  readonly #keepAlive = () => {
    runAfterYield(() => {
      for (const socket of this.#sockets) socket.keepAlive?.()
    })
  }
}
