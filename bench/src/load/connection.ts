import { connect, type Socket } from 'node:net'
import type { LoadRequest, LoadResponse } from './request.ts'
import { ResponseParser } from './response-parser.ts'

export type Outcome = LoadResponse | Error

const readBytes = 64 * 1024
const timeoutMs = 120_000

/**
 * One keep-alive connection with one request in flight. It reads into its own buffer and reports by
 * callback, so that a request takes little of the two cores that the generator shares with the
 * server.
 */
export class Connection {
  readonly #host: string
  readonly #port: number
  readonly #hostHeader: string
  readonly #dropBodies: boolean
  #socket: Socket | undefined
  #parser: ResponseParser | undefined
  #waiting: ((outcome: Outcome) => void) | undefined

  constructor(url: string, options: { dropBodies?: boolean } = {}) {
    const { hostname, port, host } = new URL(url)
    this.#host = hostname
    this.#port = Number(port || 80)
    this.#hostHeader = host
    this.#dropBodies = options.dropBodies ?? false
  }

  send(request: LoadRequest, onOutcome: (outcome: Outcome) => void): void {
    if (this.#waiting) throw new Error('the connection is busy')
    this.#waiting = onOutcome
    const socket = (this.#socket ??= this.#open())
    const { method, path, headers, body } = request
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#hostHeader}\r\n${headers}`
    if (body === undefined) socket.write(`${head}\r\n`, 'latin1')
    else if (typeof body === 'string') {
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, 'utf8')
    } else {
      socket.cork()
      socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1')
      socket.write(body)
      socket.uncork()
    }
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open(): Socket {
    const parser = new ResponseParser((response) => this.#settle(response))
    parser.drop = this.#dropBodies
    this.#parser = parser
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBytes),
        callback: (length, buffer) => {
          parser.feed((buffer as Buffer).subarray(0, length)) // it is the one passed above
          return true
        },
      },
    })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no response in two minutes')))
    socket.on('error', (error) => this.#ended(socket, error))
    socket.on('close', () => this.#ended(socket, new Error('connection closed')))
    return socket
  }

  #ended(socket: Socket, reason: Error): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    if (!this.#parser?.end()) this.#settle(reason)
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (!(outcome instanceof Error) && /\r\nconnection: close/i.test(outcome.head)) this.close()
    waiting?.(outcome)
  }
}
