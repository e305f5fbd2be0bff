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

  it('tell the DID of a handle to whoever asks under its name', async () => {
    const { did } = await pds.account('alice')
    const ask = (host: string) => pds.fetch('/.well-known/atproto-did', { headers: { host } })
    const found = await ask('Alice.test:2583')
    expect({ status: found.status, text: await found.text() }).toEqual({ status: 200, text: did })
    expect((await ask('nobody.test')).status).toBe(404)
    const deactivatedAt = '2026-01-01T00:00:00.000Z' as never
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { deactivatedAt }))
    expect((await ask('alice.test')).status).toBe(404)
  })

  it('describe the service as a DID', async () => {
    const response = await pds.fetch('/.well-known/did.json')
    expect(await response.json()).toMatchObject({
      id: 'did:web:localhost%3A2583',
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'http://localhost:2583' }],
    })
  })

  it('say that the server is well, and that it is not', async () => {
    expect(await (await pds.fetch('/xrpc/_health')).json()).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
    pds.adapters.storage.accounts.count = () => Promise.reject(new Error('the database is gone'))
    expect((await pds.fetch('/xrpc/_health')).status).toBe(503)
  })

  it('let crawlers in', async () => {
    expect(await (await pds.fetch('/robots.txt')).text()).toContain('Allow: /')
  })

  it('are no others', async () => {
    expect((await pds.fetch('/admin')).status).toBe(404)
  })
})
