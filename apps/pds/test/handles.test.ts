import { IdentityUnavailableError } from '@atoll/identity'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HandleRules } from '../src/handles/handle-rules.ts'
import { PublicIdentities } from '../src/resolution/public-identities.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterEach(() => pds.close())

const update = (handle: string) => pds.post('com.atproto.identity.updateHandle', { handle }, { token: alice.accessJwt })
const eventsOf = async (kind: string) =>
  (await pds.adapters.storage.events.page({ after: 0, limit: 100 })).filter((event) => event.kind === kind)

describe('updateHandle', () => {
  it('changes the account, the DID document and the firehose', async () => {
    expect((await update('Alicia.test')).status).toBe(200)
    expect((await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'alicia.test' } })).body).toEqual({
      did: alice.did,
    })
    expect((await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'alice.test' } })).body.error).toBe(
      'HandleNotFound',
    )
    const { body } = await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } })
    expect(body).toMatchObject({ handle: 'alicia.test', handleIsCorrect: true })
    expect(await eventsOf('identity')).toHaveLength(2)
  })

  it('says it to the network again when nothing changes', async () => {
    expect((await update('alice.test')).status).toBe(200)
    expect(await eventsOf('identity')).toHaveLength(2)
    expect(pds.plcRequests.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('accepts a reserved name from the account that has it already', async () => {
    await pds.adapters.storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { handle: 'atp.test' }))
    expect((await update('atp.test')).status).toBe(200)
    expect((await update('alice.test')).status).toBe(200)
    expect((await update('atp.test')).body.message).toBe('Reserved handle')
  })

  it.each([
    ['a handle that is taken', 'bob.test', 'HandleNotAvailable', 'Handle already taken: bob.test'],
    ['a reserved name', 'admin.test', 'HandleNotAvailable', 'Reserved handle'],
    ['a word of the protocol', 'atp.test', 'HandleNotAvailable', 'Reserved handle'],
    ['the name of somebody well known', 'NASA.test', 'HandleNotAvailable', 'Reserved handle'],
    ['a name with a hyphen that is reserved', 'contact-us.test', 'HandleNotAvailable', 'Reserved handle'],
    [
      'a foreign handle that does not lead to the account',
      'alice.example',
      'InvalidHandle',
      'Handle TLD is invalid or disallowed',
    ],
  ])('refuses %s', async (_, handle, error, message) => {
    await pds.account('bob')
    expect((await update(handle)).body).toEqual({ error, message })
    expect(await eventsOf('identity')).toHaveLength(2)
  })
})

describe('the administrator', () => {
  const admin = { headers: { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` } }
  const give = (handle: string, did = alice.did) =>
    pds.post('com.atproto.admin.updateAccountHandle', { did, handle }, admin)

  it('gives reserved names, and the bare domain, which then leads to the account', async () => {
    expect((await give('admin.test')).status).toBe(200)
    expect((await give('test')).body.error).toBe('InvalidRequest') // one label is no handle
    expect((await give('nobody.test', 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')).status).toBe(400)
    const own = await PdsUnderTest.start({ PDS_SERVICE_HANDLE_DOMAINS: '.island.example.com' })
    const { body } = await own.post('com.atproto.server.createAccount', {
      handle: 'keeper.island.example.com',
      email: 'keeper@example.com',
      password: 'password',
    })
    const bare = 'island.example.com'
    expect(
      (await own.post('com.atproto.admin.updateAccountHandle', { did: body.did, handle: bare }, admin)).status,
    ).toBe(200)
    expect((await own.get('com.atproto.identity.resolveHandle', { params: { handle: bare } })).body.did).toBe(body.did)
    const file = await own.fetch('/.well-known/atproto-did', { headers: { host: bare } })
    expect(await file.text()).toBe(body.did)
    expect((await own.fetch(`/tls-check?domain=${bare}`)).status).toBe(200)
    await own.close()
  })

  it('reserves handles, which accounts then do not get and the administrator may give', async () => {
    const reserve = (handle: string) => pds.post('com.atproto.temp.addReservedHandle', { handle }, admin)
    expect((await reserve('Harbour.test')).status).toBe(200)
    expect((await reserve('no handle')).body.error).toBe('InvalidHandle')
    const refused = { error: 'HandleNotAvailable', message: 'Reserved handle' }
    expect((await update('harbour.test')).body).toEqual(refused)
    const signUp = { handle: 'harbour.test', email: 'bob@example.com', password: 'password' }
    expect((await pds.post('com.atproto.server.createAccount', signUp)).body).toEqual(refused)
    expect((await give('harbour.test')).status).toBe(200)
    expect((await update('harbour.test')).status).toBe(200)
  })
})

describe('resolveHandle', () => {
  it('refuses a top-level domain that no handle may have', async () => {
    const { status, body } = await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'alice.local' } })
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'InvalidHandle', message: 'Handle TLD is invalid or disallowed' })
    expect(pds.errors).toEqual([])
  })

  it('finds nothing where those who are asked fail', async () => {
    const failing = () => Promise.reject(new IdentityUnavailableError('alice.example.com', 'no answer'))
    const identities = new PublicIdentities({
      accounts: { find: async () => undefined },
      rules: new HandleRules(['.test']),
      lookUps: { of: () => ({ resolveHandle: failing, resolveDid: failing }) },
      plc: { hasEnded: failing },
    })
    const caller = { ip: '192.0.2.1', signal: new AbortController().signal }
    const resolved = identities.requireDid('alice.example.com', caller)
    await expect(resolved).rejects.toMatchObject({ error: 'HandleNotFound', status: 400 })
  })
})
