import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRouter } from '@atoll/xrpc-server'
import { ListenError } from '@atoll/xrpc-server/node'
import { describe, expect, it } from 'vitest'
import { explainingListen, type ListenAdvice, serveRouter } from './listening.ts'
import { startFailure } from './start-failure.ts'

const variables = { port: 'PDS_PORT', bindAddress: 'PDS_BIND_ADDRESS' }

async function told(error: unknown, advice: ListenAdvice = variables): Promise<string | undefined> {
  return startFailure(await explainingListen(advice, () => Promise.reject(error)).catch((reason: unknown) => reason))
}

describe('explainingListen', () => {
  it.each([
    ['a port below 1024', new ListenError('EACCES', undefined, 80), /^Port 80 may not be used .* PDS_PORT/],
    ['a port in use', new ListenError('EADDRINUSE', '::', 80), /^Port 80 is taken: .* PDS_PORT/],
    [
      'a foreign address',
      new ListenError('EADDRNOTAVAIL', '192.0.2.1', 80),
      /no address 192.0.2.1: .* PDS_BIND_ADDRESS/,
    ],
    ['a machine without IPv6', new ListenError('EAFNOSUPPORT', '::1', 80), /no address ::1: .* PDS_BIND_ADDRESS/],
    ['anything else', new ListenError('EMFILE', '::1', 80), /^Port 80 of ::1 cannot be listened on \(EMFILE\)/],
  ])('gives advice for %s', async (_, error, sentence) => {
    expect(await told(error)).toMatch(sentence)
  })

  it('gives advice for a server other than the router as well, with its purpose', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo // it listens on a port, not on a pipe
    const taken = createServer().listen(port, '127.0.0.1')
    const [error] = await once(taken, 'error').catch((reason: unknown) => [reason])
    other.close()
    expect(await told(error, { port: 'PLC_PORT', purpose: 'the DID directory' })).toBe(
      `Port ${port} is taken: stop what listens there, or choose another port for the DID directory with PLC_PORT.`,
    )
  })

  it('leaves any other error as it is', async () => {
    const fault = new TypeError('x is not a function')
    await expect(explainingListen(variables, () => Promise.reject(fault))).rejects.toBe(fault)
  })
})

describe('a router that listens', () => {
  const router = createRouter([], { health: async () => ({ version: '1' }) })
  const fetchHealth = async (url: string) => (await fetch(`${url}/xrpc/_health`)).status

  it('on localhost is reached at each of its addresses, and closes all of them', async () => {
    const server = await serveRouter(router, { port: 0, bindAddress: 'localhost' })
    expect(server.url).toBe(`http://localhost:${server.port}`)
    expect(await fetchHealth(`http://127.0.0.1:${server.port}`)).toBe(200)
    await server.close()
    await expect(fetchHealth(`http://127.0.0.1:${server.port}`)).rejects.toThrow()
  })

  it('on one address is reached there', async () => {
    const server = await serveRouter(router, { port: 0, bindAddress: '127.0.0.1' })
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect(await fetchHealth(server.url)).toBe(200)
    await server.close()
  })
})
