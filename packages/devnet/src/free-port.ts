import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * A port that nobody listens on. The server's own URL is part of DID documents, so the port must be
 * known before it listens.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  server.close()
  await once(server, 'close')
  return port
}
