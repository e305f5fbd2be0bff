import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { expect } from 'vitest'

/** An SMTP server on loopback that keeps the codes which it is sent. */
export class Mailbox {
  readonly #codes: { readonly to: string; readonly code: string }[] = []
  readonly #server: SMTPServer

  private constructor() {
    this.#server = new SMTPServer({
      hideSTARTTLS: true,
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 0,
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          // Lines of quoted-printable text may break anywhere.
          const source = Buffer.concat(chunks).toString().replaceAll('=\r\n', '')
          const code = /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/.exec(source)?.[0]
          if (code) this.#codes.push({ to: envelope.rcptTo[0]?.address ?? '', code })
          done()
        })
      },
    })
    this.#server.on('error', () => {}) // connections of killed servers
  }

  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox()
    mailbox.#server.listen(0, '127.0.0.1')
    await once(mailbox.#server.server, 'listening')
    return mailbox
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}` // it listens on a port
  }

  /** How many codes have come so far. */
  get count(): number {
    return this.#codes.length
  }

  /** The newest code for an address that came after the first `count`. */
  async codeFor(address: string, count: number): Promise<string> {
    const find = () => this.#codes.slice(count).findLast(({ to }) => to === address)?.code
    await expect.poll(find, { timeout: 15_000, message: `a code for ${address}` }).toBeDefined()
    return find()!
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
