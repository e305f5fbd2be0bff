import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Fairness } from './fairness.ts'

/**
 * How many requests may wait on one connection; one more closes it. Node keeps some kilobytes for each, and hardly any client sends a
 * second request before it has its answer.
 */
const maxWaiting = 64

interface Queue {
  isBusy: boolean
  /** Each is told whether the connection is still there. */
  readonly waiting: ((isOpen: boolean) => void)[]
}

/**
 * Node hands over every request that it has parsed. Here each connection has one at a time, and the next when the answer before it has
 * been written: what a client sends at once would otherwise be worked on at once, and all answers kept until it reads them.
 * What many connections send at once is shared out over several turns of the event loop.
 */
export class ConnectionQueues {
  readonly #queues = new WeakMap<Socket, Queue>()
  readonly #fairness: Pick<Fairness, 'turn'>

  /** The requests' own share of the event loop: streams have theirs, and would hold back every request. */
  constructor(fairness: Pick<Fairness, 'turn'> = new Fairness({ itemsBetweenLooks: 1 })) {
    this.#fairness = fairness
  }

  /** Nothing when the request may go on, else a promise of its turn: `false` when the connection has closed before. */
  enter(socket: Socket, response: ServerResponse): Promise<boolean> | undefined {
    let queue = this.#queues.get(socket)
    if (!queue) {
      queue = { isBusy: false, waiting: [] }
      this.#queues.set(socket, queue)
    }
    if (queue.isBusy) return this.#wait(queue, socket, response)
    this.#begin(queue, socket, response)
    return this.#fairness.turn()?.then(() => !socket.destroyed)
  }

  #begin(queue: Queue, socket: Socket, response: ServerResponse): void {
    queue.isBusy = true
    response.once('close', () => this.#goOn(queue, socket))
  }

  async #wait(queue: Queue, socket: Socket, response: ServerResponse): Promise<boolean> {
    if (queue.waiting.length >= maxWaiting) socket.destroy()
    if (socket.destroyed) return false
    const isOpen = await new Promise<boolean>((resolve) => queue.waiting.push(resolve))
    if (!isOpen) return false
    this.#begin(queue, socket, response)
    await this.#fairness.turn()
    return !socket.destroyed
  }

  #goOn(queue: Queue, socket: Socket): void {
    if (queue.waiting.length === 0) queue.isBusy = false
    // Others get a turn of the event loop between two requests of one client.
    else setImmediate(() => this.#callNext(queue, socket))
  }

  #callNext({ waiting }: Queue, socket: Socket): void {
    if (socket.destroyed) for (const tell of waiting.splice(0)) tell(false)
    else waiting.shift()?.(true)
  }
}
