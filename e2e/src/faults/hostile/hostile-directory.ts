import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const documentBytes = 255_000
const hostile = 'aaaaaaaa'

/** A did:plc directory with large documents of strangers; other requests go to the ordinary one. */
export class HostileDirectory {
  /** How often a stranger's document was requested. */
  asked = 0
  /** The URL of the ordinary directory. */
  upstream = ''
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const did = decodeURIComponent((request.url ?? '').slice(1))
      if (did.startsWith(`did:plc:${hostile}`)) {
        this.asked++
        response.writeHead(200, { 'content-type': 'application/json' }).end(largeDocument(did))
        return
      }
      const answer = await this.#forward(request)
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
  }

  static async open(): Promise<HostileDirectory> {
    const directory = new HostileDirectory()
    directory.#server.listen(0, '127.0.0.1')
    await once(directory.#server, 'listening')
    return directory
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  /** A DID whose document is large. */
  did(index: number): string {
    const digits = index
      .toString(32)
      .replaceAll('0', 'w')
      .replaceAll('1', 'x')
      .replaceAll('8', 'y')
      .replaceAll('9', 'z')
    return `did:plc:${hostile}${digits.padStart(16, 'a')}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #forward(request: IncomingMessage): Promise<Response> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return fetch(this.upstream + request.url, {
      method: request.method ?? 'GET',
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks), headers: { 'content-type': 'application/json' } } : {}),
    })
  }
}

/** Many small parts: parsed, they take several times the memory of the text. */
function largeDocument(did: string): string {
  const service = (index: number) => ({ id: `#s${index}`, type: 'X', serviceEndpoint: `https://s${index}.example.com` })
  const each = JSON.stringify(service(1000)).length + 1
  return JSON.stringify({
    id: did,
    service: Array.from({ length: Math.floor(documentBytes / each) }, (_, index) => service(index)),
  })
}
