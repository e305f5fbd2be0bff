import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/**
 * The network of an attack, as a proxy on loopback reports it: addresses reserved for
 * documentation.
 */
export function hostileNetwork(index = 0): string {
  return `2001:db8:bad:${index.toString(16)}`
}

export interface HostileClientOptions {
  readonly keepsText?: boolean
  readonly network?: string
}

/** A connection that does what no well-behaved client does. */
export class HostileClient {
  /** The statuses of the responses so far. */
  readonly statuses: number[] = []
  /** The responses as text: heads and bodies. */
  text = ''
  receivedBytes = 0
  isClosed = false
  readonly #keepsText: boolean
  readonly #network: string
  #tail = ''
  readonly #socket: Socket

  private constructor(socket: Socket, { keepsText = false, network = hostileNetwork() }: HostileClientOptions) {
    this.#socket = socket

    this.#keepsText = keepsText
    this.#network = network
    socket.on('error', () => {}) // The server may cut it off.
    socket.on('close', () => (this.isClosed = true))
    socket.on('data', (chunk) => this.#take(chunk))
  }

  static async open(service: string, options: HostileClientOptions = {}): Promise<HostileClient> {
    const socket = connect({ port: Number(new URL(service).port), host: '127.0.0.1' })
    await once(socket, 'connect')
    return new HostileClient(socket, options)
  }

  /** Sends requests all at once, without waiting for responses. */
  send(...requests: readonly WireRequest[]): this {
    for (const request of requests) this.write(wireForm(request, this.#network))
    return this
  }

  write(bytes: Uint8Array | string): boolean {
    return !this.#socket.destroyed && this.#socket.write(bytes)
  }

  /** Writes no faster than the server reads. */
  async writeAll(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      if (this.#socket.destroyed) return
      // The server may cut it off in the middle.
      const moved = () => Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(() => {})
      if (!this.#socket.write(chunk)) await moved()
    }
  }

  /** Reads nothing more. */
  fallSilent(): this {
    this.#socket.pause()
    return this
  }

  /**
   * Resolves when that many responses have begun, the server has closed the connection, or the time
   * is over.
   */
  async responded(count: number, forMs = 20_000): Promise<void> {
    const until = performance.now() + forMs
    while (this.statuses.length < count && !this.isClosed && performance.now() < until) await sleep(5)
  }

  leave(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.receivedBytes += chunk.length
    const text = chunk.toString('latin1')
    if (this.#keepsText) this.text += text
    const seen = this.#tail + text
    for (const [, status] of seen.matchAll(/HTTP\/1\.1 (\d{3}) /g)) this.statuses.push(Number(status))
    // Possibly the beginning of a status line.
    this.#tail = seen.slice(-12).replace(/^.*HTTP\/1\.1 \d{3} /s, '')
  }
}

/** Head and body, with the network as client address by default. */
export function wireForm({ method, path, headers = {}, body }: WireRequest, network = hostileNetwork()): Buffer {
  const all: Record<string, string> = {
    host: 'localhost',
    'x-forwarded-for': `${network}::1`,
    ...(body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method ?? (body ? 'POST' : 'GET')} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)])
}

export function xrpc(nsid: string, params?: Record<string, string>): string {
  return `/xrpc/${nsid}${params ? `?${new URLSearchParams(params)}` : ''}`
}
