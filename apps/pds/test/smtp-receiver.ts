import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Head and body, as sent. */
  readonly source: string
  readonly isEncrypted: boolean
  readonly user: string | undefined
}

/** A real SMTP server on the loopback address, which keeps what it takes. */
export class SmtpReceiver {
  readonly received: ReceivedMail[] = []
  readonly #server: SMTPServer
  readonly #sockets = new Set<Socket>()

  private constructor(server: (received: ReceivedMail[]) => SMTPServer) {
    this.#server = server(this.received)
  }

  static async open(options: SMTPServerOptions = {}, { port = 0, host = '127.0.0.1' } = {}): Promise<SmtpReceiver> {
    const receiver = new SmtpReceiver(
      (received) =>
        new SMTPServer({
          logger: false, // else it warns of its certificate, which everybody knows
          authOptional: true,
          disableReverseLookup: true,
          closeTimeout: 0,
          onData(stream, session, done) {
            const chunks: Buffer[] = []
            stream.on('data', (chunk: Buffer) => chunks.push(chunk))
            stream.on('end', () => {
              const { mailFrom, rcptTo } = session.envelope
              received.push({
                from: mailFrom ? mailFrom.address : '',
                to: rcptTo.map(({ address }) => address),
                source: Buffer.concat(chunks).toString(),
                isEncrypted: session.secure,
                user: session.user ? String(session.user) : undefined,
              })
              done()
            })
          },
          ...options,
        }),
    )
    const server = receiver.#server
    server.on('error', () => {}) // clients that hang up
    server.server.on('connection', (socket: Socket) => {
      receiver.#sockets.add(socket)
      socket.once('close', () => receiver.#sockets.delete(socket))
    })
    server.listen(port, host)
    await once(server.server, 'listening')
    return receiver
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port // it listens on a port
  }

  /** `smtp://127.0.0.1:port`; its certificate is its own. */
  url(credentials = ''): string {
    return `smtp://${credentials}127.0.0.1:${this.port}?tls.rejectUnauthorized=false`
  }

  /** Cuts every connection. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): Promise<void> {
    this.hangUp()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
