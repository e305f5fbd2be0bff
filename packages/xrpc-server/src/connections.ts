import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isPrivateAddress, normalizeAddress } from './client-address.ts'

export interface ConnectionOptions {
  /** Connections that one address may hold; trusted proxies are not counted. 512 unless given. */
  maxConnectionsPerAddress?: number
  isTrustedProxy?(address: string): boolean
}

/** The open connections of a server: how many each address holds, and which have something to do. */
export class Connections {
  readonly #open = new Set<Socket>()
  readonly #byAddress = new Map<string, number>()
  readonly #inFlight = new Set<IncomingMessage>()

  constructor(
    server: Server,
    private readonly options: ConnectionOptions,
  ) {
    server.on('connection', (socket: Socket) => this.#accept(socket))
  }

  /** Follows a request to its end. */
  begin(message: IncomingMessage, response: ServerResponse): void {
    this.#inFlight.add(message)
    response.once('close', () => this.#inFlight.delete(message))
  }

  /** Closes those that wait for a request. Node knows only of those that have had one before. */
  closeIdle(isKept: (socket: Socket) => boolean): void {
    const busy = new Set(Array.from(this.#inFlight, ({ socket }) => socket))
    for (const socket of this.#open) if (!busy.has(socket) && !isKept(socket)) socket.destroySoon()
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #accept(socket: Socket): void {
    const address = normalizeAddress(socket.remoteAddress ?? '') ?? ''
    const { maxConnectionsPerAddress = 512, isTrustedProxy = isPrivateAddress } = this.options
    const isCounted = !isTrustedProxy(address)
    if (isCounted && (this.#byAddress.get(address) ?? 0) >= maxConnectionsPerAddress) {
      socket.destroy()
      return
    }
    this.#open.add(socket)
    if (isCounted) this.#count(address, 1)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (isCounted) this.#count(address, -1)
    })
  }

  #count(address: string, change: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + change
    if (count > 0) this.#byAddress.set(address, count)
    else this.#byAddress.delete(address)
  }
}
