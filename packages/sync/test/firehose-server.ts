import type { AddressInfo } from 'node:net'
import { encodeErrorFrame } from '@atoll/xrpc'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * A firehose on a real port: what is appended goes to everyone, and who comes with a cursor first
 * gets what came after it.
 */
export class FirehoseServer {
  readonly #frames: { seq: number; frame: Uint8Array }[] = []
  readonly #server: WebSocketServer
  readonly #clients = new Set<WebSocket>()
  readonly port: number
  /** How often somebody connected. */
  connections = 0

  private constructor(server: WebSocketServer) {
    this.#server = server
    // A server on a TCP port has an address of this form.
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client, request) => {
      this.connections++
      const cursor = new URL(request.url ?? '', 'ws://localhost').searchParams.get('cursor')
      this.#accept(client, cursor === null ? this.last : Number(cursor))
    })
  }

  static open(port = 0): Promise<FirehoseServer> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' })
    return new Promise((resolve) => server.once('listening', () => resolve(new FirehoseServer(server))))
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  get last(): number {
    return this.#frames.at(-1)?.seq ?? 0
  }

  append(seq: number, frame: Uint8Array): void {
    this.#frames.push({ seq, frame })
    for (const client of [...this.#clients]) this.#send(client, frame)
  }

  /** Cuts every connection, without a word. */
  kill(): void {
    for (const client of this.#clients) client.terminate()
    this.#clients.clear()
  }

  async close(): Promise<void> {
    this.kill()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: WebSocket, cursor: number): void {
    if (cursor > this.last) {
      client.send(encodeErrorFrame('FutureCursor'))
      client.close()
      return
    }
    this.#clients.add(client)
    client.on('close', () => this.#clients.delete(client))
    for (const { seq, frame } of this.#frames) if (seq > cursor) this.#send(client, frame)
  }

  #send(client: WebSocket, frame: Uint8Array): void {
    if (!this.#clients.has(client)) return
    client.send(frame)
  }
}
