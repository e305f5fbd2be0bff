import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { clientNetwork, isPrivateAddress, normalizeAddress } from '../http/client-address.ts'
import { CountsByKey } from './counts-by-key.ts'

export interface ConnectionOptions {
  /**
   * Connections that one address (IPv6: one /64) may hold; trusted proxies are not counted.
   * Default: 512.
   */
  maxConnectionsPerAddress?: number
  isTrustedProxy?(address: string): boolean
}

/** The open connections of a server, and how many of them each address holds. */
export class Connections {
  readonly #open = new Set<Socket>()
  readonly #byNetwork = new CountsByKey()
  readonly #options: ConnectionOptions

  constructor(server: Server, options: ConnectionOptions) {
    this.#options = options
    server.on('connection', (socket: Socket) => this.#accept(socket))
  }

  /** Closes those that never said anything, which Node does not count among the idle. */
  closeSilent(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy()
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #accept(socket: Socket): void {
    const address = normalizeAddress(socket.remoteAddress ?? '') ?? ''
    const { maxConnectionsPerAddress = 512, isTrustedProxy = isPrivateAddress } = this.#options
    const isCounted = !isTrustedProxy(address)
    const network = clientNetwork(address)
    if (isCounted && this.#byNetwork.of(network) >= maxConnectionsPerAddress) {
      socket.destroy()
      return
    }
    this.#open.add(socket)
    if (isCounted) this.#byNetwork.add(network, 1)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (isCounted) this.#byNetwork.add(network, -1)
    })
  }
}
