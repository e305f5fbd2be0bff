import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A name server on loopback that receives every query and never replies. */
export class SilentNameServer {
  questions = 0
  readonly #socket = createSocket('udp4')

  static async open(): Promise<SilentNameServer> {
    const server = new SilentNameServer()
    server.#socket.on('message', () => server.questions++)
    server.#socket.bind(0, '127.0.0.1')
    await once(server.#socket, 'listening')
    return server
  }

  /** Address and port, in the form that resolvers take. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  close(): void {
    this.#socket.close()
  }
}
