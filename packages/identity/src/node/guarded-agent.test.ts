import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { createServer, isIP, type LookupFunction, type Server } from 'node:net'
import { type Dispatcher, fetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostileHosts, special4, special6 } from '../../test/hostile-forms.ts'
import { RefusedRequestError } from '../errors.ts'
import { openGuardedAgent, requirePublicUrl } from './guarded-agent.ts'
import { createPublicLookup } from './public-lookup.ts'

/** Listens on every address of this machine, and counts. */
let canary: Server
let port: number
let connections = 0

beforeAll(async () => {
  canary = createServer((socket) => {
    connections += 1
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  canary.listen(0)
  await once(canary, 'listening')
  const address = canary.address()
  port = typeof address === 'object' && address ? address.port : 0
})

afterAll(() => {
  canary.close()
})

/** A resolver that knows one name. */
function answering(...addresses: string[]): LookupFunction {
  return (_, options, callback) => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }))
    if (options.all) callback(null, found)
    else callback(null, found[0]!.address, found[0]!.family)
  }
}

/** The error of a request through the agent, and how often the canary was reached. */
async function attempt(agent: Dispatcher, host: string): Promise<{ error: unknown; reached: number }> {
  const before = connections
  try {
    await fetch(`http://${host}:${port}/`, { dispatcher: agent })
    return { error: undefined, reached: connections - before }
  } catch (error) {
    return { error: error instanceof TypeError && error.cause ? error.cause : error, reached: connections - before }
  } finally {
    await agent.destroy()
  }
}

describe('in development', () => {
  it.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '１２７.0.0.1', 'localhost'])(
    'the canary is reached as %s',
    async (host) => {
      expect(await attempt(openGuardedAgent({ allowPrivate: true }), host)).toEqual({ error: undefined, reached: 1 })
    },
  )
})

describe('a guarded agent never connects', () => {
  it('is tested with over 200 forms', () => {
    expect(new Set([...hostileHosts, ...special4, ...special6]).size).toBeGreaterThan(200)
  })

  it.each(hostileHosts)('to %s', async (host) => {
    const { error, reached } = await attempt(openGuardedAgent(), host)
    expect(error).toBeInstanceOf(Error)
    expect(reached).toBe(0)
  })

  it.each([...special4, ...special6])('to a name that means %s', async (address) => {
    const { error, reached } = await attempt(openGuardedAgent({ lookup: answering(address) }), 'name.test')
    expect(error).toBeInstanceOf(RefusedRequestError)
    expect(reached).toBe(0)
  })

  it('to a name whose addresses are all private, however many', async () => {
    const { error, reached } = await attempt(
      openGuardedAgent({ lookup: answering('127.0.0.1', '::1', '10.0.0.1') }),
      'name.test',
    )
    expect(error).toBeInstanceOf(RefusedRequestError)
    expect(reached).toBe(0)
  })

  it('to a name that has become private since it was last asked for', async () => {
    let asked = 0
    const lookup: LookupFunction = (name, options, callback) => {
      asked += 1
      return answering(asked % 2 === 1 ? '127.0.0.1' : '169.254.169.254')(name, options, callback)
    }
    for (let round = 1; round <= 4; round++) {
      const { error, reached } = await attempt(openGuardedAgent({ lookup }), 'rebinding.test')
      expect([error instanceof RefusedRequestError, reached, asked]).toEqual([true, 0, round])
    }
  })

  it('to a name without an address', async () => {
    const lookup: LookupFunction = (_, __, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), [])
    expect((await attempt(openGuardedAgent({ lookup }), 'name.test')).error).toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('the public lookup', () => {
  const look = (lookup: LookupFunction, all: boolean) =>
    new Promise((resolve, reject) => {
      lookup('name.test', { all }, (error, found, family) =>
        error ? reject(error) : resolve(family ? [found, family] : found),
      )
    })

  it('returns only the public addresses, which are the ones connected to', async () => {
    const lookup = createPublicLookup(answering('127.0.0.1', '8.8.8.8', '::1', '2606:4700:4700::1111'))
    expect(await look(lookup, true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ])
    expect(await look(lookup, false)).toEqual(['8.8.8.8', 4])
  })
})

describe('requirePublicUrl', () => {
  it.each([
    'https://example.com',
    'https://a.b.example.com/path?query#x',
    'https://example.com:443/',
    'https://xn--fiqs8s.test',
  ])('takes %s', (url) => {
    requirePublicUrl(new URL(url))
  })

  it('takes wss where that is asked for', () => {
    requirePublicUrl(new URL('wss://relay.example.com'), 'wss:')
    expect(() => requirePublicUrl(new URL('https://relay.example.com'), 'wss:')).toThrow(RefusedRequestError)
  })

  it.each([
    'http://example.com',
    'https://example.com:8443',
    'https://example.com:80',
    'https://user@example.com',
    'https://user:secret@example.com',
    'https://8.8.8.8',
    'https://134744072',
    'https://[2606:4700:4700::1111]',
    'https://localhost',
    'https://localhost.',
    'https://intranet',
    'https://printer.local',
    'https://metadata.google.internal',
    'https://example.com.',
    'https://..',
    'https://a..b.com',
    'https://0..',
    `https://${'a.'.repeat(200)}com`,
    'ftp://example.com',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'blob:https://example.com/x',
  ])('refuses %s', (url) => {
    expect(() => requirePublicUrl(new URL(url))).toThrow(RefusedRequestError)
  })

  it.each(hostileHosts)('refuses https://%s', (host) => {
    expect(() => requirePublicUrl(new URL(`https://${host}`))).toThrow()
  })
})
