import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { yieldToEventLoop } from '@atoll/event-loop'
import { WebSocketServer } from 'ws'
import { StreamClosedError } from '../export-stream.ts'
import type { PlcDirectory } from '../plc-directory.ts'
import { Refusal } from '../refusal.ts'

export interface StreamServerOptions {
  /** How long a subscriber may take to read a message. Default: 30 s. */
  drainTimeoutMs?: number
  /** Called with faults that subscribers are not told about. Default: `console.error`. */
  onError?: (error: unknown) => void
}

/** The part of a WebSocket that a stream needs. */
interface Outlet {
  send(text: string, done: (error?: Error | null) => void): void
  close(code: number, reason: string): void
}

const linesInTurn = 100
const normal = 1000
const goingAway = 1001
const internalError = 1011

/** Serves `/export/stream` over `ws`, on a Node server. */
export class StreamServer {
  readonly #directory: Pick<PlcDirectory, 'stream'>
  readonly #options: StreamServerOptions
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 1024, // clients have nothing to send
    closeTimeout: 1000,
  } as ConstructorParameters<typeof WebSocketServer>[0]) // its types lack the last one

  constructor(directory: Pick<PlcDirectory, 'stream'>, options: StreamServerOptions = {}) {
    this.#directory = directory
    this.#options = options
  }

  /** How many streams are open. */
  get open(): number {
    return this.#sockets.clients.size
  }

  /** For the `upgrade` event of a server. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const gone = new AbortController()
    try {
      const lines = this.#openStream(message, gone.signal)
      this.#sockets.handleUpgrade(message, socket, head, (webSocket) => {
        webSocket.on('error', () => undefined) // a close follows
        webSocket.once('close', () => gone.abort())
        void pumpLines(lines, webSocket, gone.signal, this.#options)
      })
    } catch (error) {
      refuse(socket, error)
    }
  }

  close(): void {
    for (const webSocket of this.#sockets.clients) webSocket.close(goingAway, 'the server is closing')
  }

  #openStream(message: IncomingMessage, signal: AbortSignal): AsyncIterable<string> {
    const url = URL.parse(`http://directory.invalid${message.url ?? '/'}`)
    if (url?.pathname !== '/export/stream') throw new Refusal(404, 'Not Found')
    return this.#directory.stream(url.searchParams, signal)
  }
}

/**
 * Sends line after line, each once the one before has left this process. Closes with a reason if
 * there is one.
 */
export async function pumpLines(
  lines: AsyncIterable<string>,
  outlet: Outlet,
  signal: AbortSignal,
  { drainTimeoutMs = 30_000, onError = console.error }: StreamServerOptions = {},
): Promise<void> {
  try {
    let count = 0
    for await (const line of lines) {
      const outcome = await sendInTime(line, outlet, drainTimeoutMs)
      if (outcome === 'closed') return
      if (outcome === 'late') throw new StreamClosedError('ConsumerTooSlow')
      // While the system takes everything at once, nothing here waits, and others would get no
      // turn.
      if (++count % linesInTurn === 0) await yieldToEventLoop()
    }
    outlet.close(normal, '')
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof StreamClosedError) return outlet.close(normal, error.reason)
    onError(error)
    outlet.close(internalError, '')
  }
}

/** Sends a text, and waits until it has left this process. */
function sendInTime(text: string, outlet: Outlet, timeoutMs: number): Promise<'sent' | 'late' | 'closed'> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, 'late' as const)
    outlet.send(text, (error) => {
      clearTimeout(timer)
      resolve(error ? 'closed' : 'sent')
    })
  })
}

function refuse(socket: Duplex, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(500, 'Internal Server Error')
  const body = JSON.stringify({ message: refusal.message })
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
