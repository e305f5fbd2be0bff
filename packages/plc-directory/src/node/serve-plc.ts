import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createPlcDirectory, type PlcDirectory, type PlcDirectoryOptions } from '../plc-directory.ts'
import { StreamServer, type StreamServerOptions } from './stream-server.ts'

export interface ServePlcOptions extends PlcDirectoryOptions, StreamServerOptions {
  /** Default: any free one. */
  port?: number
  /** Default: `127.0.0.1`. */
  host?: string
}

/** A directory that listens. */
export interface PlcServer {
  port: number
  url: string
  /** Closes the connections. The store stays open: it is the caller's. */
  close(): Promise<void>
}

/** Serves a directory over HTTP. Rejects with Node's own error if the port is not available. */
export async function servePlc({ port = 0, host = '127.0.0.1', ...options }: ServePlcOptions = {}): Promise<PlcServer> {
  const directory = createPlcDirectory(options)
  const server = createServer((request, response) => {
    respond(directory, request, response).catch(() => response.destroy())
  })
  const streams = new StreamServer(directory, options)
  server.on('upgrade', (message, socket, head) => streams.upgrade(message, socket, head))
  server.requestTimeout = 15_000
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo // it listens on a port, not on a pipe
  return {
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      streams.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(directory: PlcDirectory, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const response = await directory.fetch(toRequest(incoming))
  const body = Buffer.from(await response.arrayBuffer())
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    ...(incoming.method === 'HEAD' ? {} : { 'content-length': body.length }),
    ...(incoming.complete ? {} : { connection: 'close' }), // the rest of the request is not read
  })
  outgoing.end(body)
}

function toRequest(incoming: IncomingMessage): Request {
  const method = incoming.method ?? 'GET'
  const url = new URL(incoming.url ?? '/', 'http://directory.invalid')
  if (method !== 'POST') return new Request(url, { method })
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array> // node's own type for the same stream
  return new Request(url, { method, body, duplex: 'half' } as RequestInit)
}
