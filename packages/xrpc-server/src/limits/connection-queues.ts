import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How many requests may wait on one connection; one more closes it. Node keeps some kilobytes for
 * each, and hardly any client sends a second request before it has the first response.
 */
const maxWaiting = 64

interface Queue {
  isBusy: boolean
  /** Each is told whether the connection is still there. */
  readonly waiting: ((isOpen: boolean) => void)[]
}

const queues = new WeakMap<object, Queue>()

/** Whether an earlier request on this connection still waits for the end of its response. */
export function isConnectionBusy(socket: object): boolean {
  return queues.get(socket)?.isBusy === true
}

/**
 * Node hands over every request that it has parsed. Here each connection has one at a time: the
 * next begins when the response before it has been written. Otherwise pipelined requests would all
 * be worked on at once, and their responses kept until the client reads them.
 *
 * Returns `undefined` when the request may go on, else a promise of its turn, which resolves to
 * `false` when the connection has closed before.
 */
export function enterConnection(socket: Socket, response: ServerResponse): Promise<boolean> | undefined {
  let queue = queues.get(socket)
  if (!queue) {
    queue = { isBusy: false, waiting: [] }
    queues.set(socket, queue)
  }
  if (queue.isBusy) return wait(queue, socket, response)
  begin(queue, socket, response)
  return undefined
}

function begin(queue: Queue, socket: Socket, response: ServerResponse): void {
  queue.isBusy = true
  response.once('close', () => goOn(queue, socket))
}

async function wait(queue: Queue, socket: Socket, response: ServerResponse): Promise<boolean> {
  if (queue.waiting.length >= maxWaiting) socket.destroy()
  if (socket.destroyed) return false
  const isOpen = await new Promise<boolean>((resolve) => queue.waiting.push(resolve))
  if (isOpen) begin(queue, socket, response)
  return isOpen
}

function goOn(queue: Queue, socket: Socket): void {
  if (queue.waiting.length === 0) queue.isBusy = false
  // Others get a turn of the event loop between two requests of one client.
  else setImmediate(() => callNext(queue, socket))
}

function callNext({ waiting }: Queue, socket: Socket): void {
  if (socket.destroyed) for (const tell of waiting.splice(0)) tell(false)
  else waiting.shift()?.(true)
}
