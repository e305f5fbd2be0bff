/** Which address counts as the client's, behind proxies of every kind. */
import { connect, type Socket } from 'node:net'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { subscriptionsPerAddress } from '../src/rate-limits.ts'
import { type ServedPds, servePds } from '../src/serve.ts'
import { environment } from './pds-under-test.ts'

let server: ServedPds
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

const start = async (settings: Record<string, string>) => {
  const { config } = readConfig({ ...environment, PDS_PORT: '0', PDS_RATE_LIMITS_ENABLED: 'true', ...settings })
  const adapters = { storage: new MemoryPdsStorage(), blobStore: new MemoryBlobStore(), plcFetch: fetch }
  server = await servePds({
    config,
    write: () => {},
    adapters,
    server: { host: '127.0.0.1' },
  })
}

/** The X-Forwarded-For that the proxy on this machine sends on. */
type Hops = string

/**
 * The statuses of so many calls of a method that refuses them all with 400 or 401 until there are
 * too many.
 */
async function calls(method: string, input: object, forwardedFor: Hops, count: number): Promise<number[]> {
  const statuses: number[] = []
  for (let call = 0; call < count; call++) {
    const response = await fetch(`${server.url}/xrpc/com.atproto.server.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
      body: JSON.stringify(input),
    })
    await response.text()
    statuses.push(response.status)
  }
  return statuses
}
/** 100 sign-ups are allowed to one address. */
const signUps = (forwardedFor: Hops, count = 101) => calls('createAccount', { handle: 'a.test' }, forwardedFor, count)
const last = async (forwardedFor: Hops, count?: number) => (await signUps(forwardedFor, count)).at(-1)

describe('clients behind a proxy', () => {
  it('on a public address that nobody trusts are one client', async () => {
    await start({})
    expect(await last('198.51.100.1, 203.0.113.5')).toBe(429)
    expect(await last('198.51.100.2, 203.0.113.5', 1)).toBe(429)
  })

  it.each(['203.0.113.5', '192.0.2.0/24, 203.0.113.0/24', '::ffff:203.0.113.0/120'])(
    'among PDS_TRUSTED_PROXIES=%s are counted each on its own',
    async (trusted) => {
      await start({ PDS_TRUSTED_PROXIES: trusted })
      expect(await last('198.51.100.1, 203.0.113.5')).toBe(429)
      expect(await last('198.51.100.2, 203.0.113.5', 1)).toBe(400)
      // What the client wrote itself is not believed.
      expect(await last('198.51.100.3, 198.51.100.1, 203.0.113.5', 1)).toBe(429)
    },
  )

  it('among PDS_RATE_LIMIT_BYPASS_IPS are counted each on its own, and the proxy is not', async () => {
    await start({ PDS_RATE_LIMIT_BYPASS_IPS: '203.0.113.4/31' })
    expect(await last('198.51.100.1, 203.0.113.5')).toBe(429)
    expect(await last('198.51.100.2, 203.0.113.5', 1)).toBe(400)
    expect(new Set(await signUps('203.0.113.5'))).toEqual(new Set([400]))
    expect(await last('203.0.113.6')).toBe(429)
  })

  it('cannot pass for an address without limits', async () => {
    await start({ PDS_RATE_LIMIT_BYPASS_IPS: '203.0.113.5' })
    expect(await last('203.0.113.5, 198.51.100.1')).toBe(429)
  })

  it('are one client when they share an IPv6 network, for the limit of sign-ins as well', async () => {
    await start({})
    expect(await last('2001:db8::1')).toBe(429)
    expect(await last('2001:db8::2', 1)).toBe(429)
    expect(await last('2001:db8:0:1::1', 1)).toBe(400)
    const signIns = (forwardedFor: Hops, count: number) =>
      calls('createSession', { identifier: 'alice.test', password: 'wrong' }, forwardedFor, count)
    expect((await signIns('2001:db8::1', 31)).at(-1)).toBe(429)
    expect(await signIns('2001:db8::2', 1)).toEqual([429])
    expect(await signIns('2001:db8:0:1::1', 1)).toEqual([401])
  })

  it('have a bound of firehose subscriptions each', async () => {
    await start({ PDS_TRUSTED_PROXIES: '203.0.113.0/24' })
    const follow = (forwardedFor: Hops) =>
      new Promise<string>((resolve) => {
        const socket = connect(server.port, '127.0.0.1').on('error', () => {})
        sockets.push(socket)
        socket.once('data', (answer) => resolve(String(answer).slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)))
        socket.write(
          [
            'GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1',
            'host: localhost',
            'connection: upgrade',
            'upgrade: websocket',
            'sec-websocket-version: 13',
            'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
            `x-forwarded-for: ${forwardedFor}`,
            '\r\n',
          ].join('\r\n'),
        )
      })
    for (let open = 0; open < subscriptionsPerAddress; open++) {
      expect(await follow('198.51.100.1, 203.0.113.5')).toBe('101')
    }
    expect(await follow('198.51.100.1, 203.0.113.5')).toBe('429')
    expect(await follow('198.51.100.2, 203.0.113.5')).toBe('101')
  })
})
