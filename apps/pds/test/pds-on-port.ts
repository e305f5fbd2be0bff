import { connect } from 'node:net'
import { type NodeServer, type NodeServerOptions, serveNode } from '@atoll/xrpc-server/node'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

/**
 * A PDS with an account of alice, listening on a port: for requests that no client library would
 * send.
 */
export class PdsOnPort {
  readonly pds: PdsUnderTest
  readonly alice: TestAccount
  readonly #server: NodeServer

  private constructor(pds: PdsUnderTest, alice: TestAccount, server: NodeServer) {
    this.pds = pds
    this.alice = alice
    this.#server = server
  }

  static async start(options: NodeServerOptions = {}): Promise<PdsOnPort> {
    const pds = await PdsUnderTest.start()
    const alice = await pds.account('alice')
    return new PdsOnPort(pds, alice, await serveNode(pds.pds.router, { host: '127.0.0.1', ...options }))
  }

  get url(): string {
    return this.#server.url
  }

  /**
   * Sends bytes on a connection, ends its sending side if asked to, and resolves to all that comes
   * back until it closes.
   */
  async send(bytes: Uint8Array, { end }: { end: boolean }): Promise<string> {
    // A server that has read enough may cut the rest off.
    const socket = connect(this.#server.port, '127.0.0.1').on('error', () => undefined)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
    })
    if (end) socket.end(bytes)
    else socket.write(bytes)
    await new Promise((resolve) => socket.once('close', resolve))
    return text
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.pds.close()
  }
}
