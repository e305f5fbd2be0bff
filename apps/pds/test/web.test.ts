import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

let pds: PdsUnderTest
beforeEach(async () => {
  pds = await PdsUnderTest.start({ PDS_SERVICE_NAME: 'Alice & <friends>' })
})
afterEach(() => pds.close())

describe('the paths that are not XRPC', () => {
  it('greet a person with the name of the server and the number of accounts', async () => {
    await pds.account('alice')
    const response = await pds.fetch('/')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = await response.text()
    expect(page).toContain('<h1>Alice &#38; &#60;friends&#62;</h1>')
    expect(page).toContain('1 account')
    expect(page).toContain('/xrpc/com.atproto.server.describeServer')
  })

  it('give the DID of a handle under its name', async () => {
    const { did } = await pds.account('alice')
    const ask = (host: string) => pds.fetch('/.well-known/atproto-did', { headers: { host } })
    const found = await ask('Alice.test:2583')
    expect({ status: found.status, text: await found.text() }).toEqual({ status: 200, text: did })
    expect((await ask('nobody.test')).status).toBe(404)
    const deactivatedAt = '2026-01-01T00:00:00.000Z' as never
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { deactivatedAt }))
    expect((await ask('alice.test')).status).toBe(404)
  })

  it('describe the service as a DID under its own name', async () => {
    for (const host of ['localhost', 'localhost:2583', 'LocalHost:2583', 'localhost.']) {
      const response = await pds.fetch('/.well-known/did.json', { headers: { host } })
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(await response.json()).toMatchObject({
        id: 'did:web:localhost%3A2583',
        service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'http://localhost:2583' }],
      })
    }
  })

  it('describe the service under the name in its DID, where that is another', async () => {
    const elsewhere = await PdsUnderTest.start({ PDS_SERVICE_DID: 'did:web:service.test' })
    for (const host of ['service.test', 'localhost']) {
      const response = await elsewhere.fetch('/.well-known/did.json', { headers: { host } })
      expect(await response.json(), host).toMatchObject({ id: 'did:web:service.test' })
      expect((await elsewhere.fetch(`/tls-check?domain=${host}`)).status).toBe(200)
    }
    await elsewhere.close()
  })

  it('do not describe the service under other names', async () => {
    await pds.account('alice')
    for (const host of ['alice.test', 'alice.test:2583', 'nobody.test', 'test', 'localhost.alice.test', '[::1]', '']) {
      const response = await pds.fetch('/.well-known/did.json', { headers: { host } })
      expect(response.status, host).toBe(404)
      expect(await response.text(), host).not.toContain('did:web:')
    }
  })

  it('tell a proxy which names it may get certificates for', async () => {
    const { did } = await pds.account('alice')
    const check = async (query: string) => {
      const response = await pds.fetch(`/tls-check${query}`)
      return { status: response.status, body: await response.json() }
    }
    const good = { status: 200, body: { success: true } }
    expect(await check('?domain=localhost')).toEqual(good)
    expect(await check('?domain=alice.test')).toEqual(good)
    expect(await check('?domain=Alice.Test')).toEqual(good)
    for (const domain of ['bob.test', 'test.test', 'www.alice.test', 'example.com', 'localhost.example.com']) {
      expect(await check(`?domain=${domain}`)).toEqual({
        status: 404,
        body: {
          error: 'NotFound',
          message: `${domain} is neither this server's host name nor the handle of an account here`,
        },
      })
    }
    for (const query of [
      '',
      '?domain=',
      '?domain=test',
      '?domain=127.0.0.1',
      `?domain=${did}`,
      '?domain=alice.test:80',
      '?domain=a_b.test',
      '?domain=*.test',
      '?domain=alice.test&domain=bob.test',
    ]) {
      expect(await check(query), query).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
    }
    // The certificate stays valid for an account that may be reactivated.
    const deactivatedAt = '2026-01-01T00:00:00.000Z' as never
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { deactivatedAt }))
    expect(await check('?domain=alice.test')).toEqual(good)
  })

  it('say that the server is well, and that it is not', async () => {
    expect(await (await pds.fetch('/xrpc/_health')).json()).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
    pds.adapters.storage.accounts.count = () => Promise.reject(new Error('the database is gone'))
    expect((await pds.fetch('/xrpc/_health')).status).toBe(503)
    expect((await pds.fetch('/xrpc/_health', { method: 'POST' })).status).toBe(405)
  })

  it('let crawlers in', async () => {
    expect(await (await pds.fetch('/robots.txt')).text()).toContain('Allow: /')
  })

  it('are not counted by the limit of requests', async () => {
    const limited = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
    for (const path of ['/', '/robots.txt', '/nothing', '/.well-known/did.json', '/tls-check?domain=localhost']) {
      expect((await limited.fetch(path)).headers.get('ratelimit-limit'), path).toBeNull()
    }
    const counted = await limited.fetch('/xrpc/com.atproto.server.describeServer')
    expect(counted.headers.get('ratelimit-remaining')).toBe('2999')
    await limited.close()
  })

  it('are no others', async () => {
    for (const path of ['/admin', '//', '/robots.txt/more', '/__proto__']) {
      expect((await pds.fetch(path)).status, path).toBe(404)
    }
    expect((await pds.fetch('/robots.txt/')).status).toBe(200)
  })
})
