/** Accounts whose DIDs are host names: published by this server, or brought from elsewhere. */
import { generateKeyPair } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HostedDocuments, withHandle } from '../src/identity/hosted-documents.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const service = 'did:web:localhost%3A2583'
const lxm = 'com.atproto.server.createAccount'
const did: Did = 'did:web:alice.test'

let pds: PdsUnderTest
beforeEach(async () => {
  pds = await PdsUnderTest.start({ PDS_DID_WEB_ACCOUNTS: 'true' })
})
afterEach(() => pds.close())

const signUp = (input: Record<string, string>, token?: string) =>
  pds.post(
    lxm,
    { handle: 'alice.test', email: `${input['handle'] ?? 'alice'}@example.com`, password: 'password', ...input },
    token === undefined ? {} : { token },
  )
const documentAt = async (host: string) => {
  const response = await pds.fetch('/.well-known/did.json', { headers: { host } })
  return { status: response.status, document: response.status === 200 ? await response.json() : undefined }
}
const isCertified = async (domain: string) => (await pds.fetch(`/tls-check?domain=${domain}`)).status === 200
const kindsOf = async (of: Did) =>
  (await pds.adapters.storage.events.page({ after: 0, limit: 100 }))
    .filter((event) => event.did === of)
    .map(({ kind }) => kind)

describe('an account with the did:web of its handle', () => {
  let alice: TestAccount
  beforeEach(async () => {
    const { status, body } = await signUp({ did })
    expect(status).toBe(200)
    alice = body
  })

  it('is active at once, and told to the network', async () => {
    expect(alice).toMatchObject({ did, handle: 'alice.test', didDoc: { id: did } })
    expect(await kindsOf(did)).toEqual(['identity', 'account', 'commit', 'sync'])
    expect((await pds.postOf(alice, 'hello')).uri).toContain(did)
    expect(pds.plcRequests).toEqual([])
  })

  it('has its document under its host name alone, with the key that signs its commits', async () => {
    const { body } = await pds.get('com.atproto.identity.getRecommendedDidCredentials', { token: alice.accessJwt })
    expect(body.rotationKeys).toBeUndefined()
    const { status, document } = await documentAt('Alice.test:2583')
    expect(status).toBe(200)
    expect(document).toEqual({
      '@context': [
        'https://www.w3.org/ns/did/v1',
        'https://w3id.org/security/multikey/v1',
        'https://w3id.org/security/suites/secp256k1-2019/v1',
      ],
      id: did,
      alsoKnownAs: ['at://alice.test'],
      verificationMethod: [
        {
          id: `${did}#atproto`,
          type: 'Multikey',
          controller: did,
          publicKeyMultibase: body.verificationMethods.atproto.slice('did:key:'.length),
        },
      ],
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'http://localhost:2583' }],
    })
    for (const host of ['bob.test', 'www.alice.test', 'test']) expect((await documentAt(host)).status, host).toBe(404)
    expect((await documentAt('localhost')).document).toMatchObject({ id: service })
    expect(await (await pds.fetch('/.well-known/atproto-did', { headers: { host: 'alice.test' } })).text()).toBe(did)
  })

  it('is found like any other', async () => {
    const params = { identifier: 'alice.test' }
    const { body } = await pds.get('com.atproto.identity.resolveIdentity', { params })
    expect(body).toMatchObject({ did, handle: 'alice.test', didDoc: { id: did } })
    expect((await pds.get('com.atproto.repo.describeRepo', { params: { repo: did } })).body.handleIsCorrect).toBe(true)
  })

  it('changes its handle in the document, and keeps the name of its DID from others', async () => {
    const update = await pds.post(
      'com.atproto.identity.updateHandle',
      { handle: 'ali.test' },
      { token: alice.accessJwt },
    )
    expect(update.status).toBe(200)
    expect((await documentAt('alice.test')).document.alsoKnownAs).toEqual(['at://ali.test'])
    const { body } = await pds.get('com.atproto.identity.resolveIdentity', { params: { identifier: did } })
    expect(body.handle).toBe('ali.test')
    expect(await isCertified('alice.test')).toBe(true)
    const bob = await pds.account('bob')
    const wanted = { handle: 'alice.test' }
    for (const { body } of [
      await signUp({ ...wanted, email: 'carol@example.com' }),
      await pds.post('com.atproto.identity.updateHandle', wanted, { token: bob.accessJwt }),
    ]) {
      expect(body).toEqual({ error: 'HandleNotAvailable', message: 'Handle already taken: alice.test' })
    }
    const back = await pds.post('com.atproto.identity.updateHandle', wanted, { token: alice.accessJwt })
    expect(back.status).toBe(200)
  })

  it('has no operations of did:plc', async () => {
    const operation = { type: 'plc_operation' }
    const { status, body } = await pds.post(
      'com.atproto.identity.submitPlcOperation',
      { operation },
      { token: alice.accessJwt },
    )
    expect([status, body.error]).toEqual([400, 'InvalidRequest'])
  })

  it('is made once', async () => {
    expect((await signUp({ did })).body.error).toBe('HandleNotAvailable')
    expect((await signUp({ did, handle: 'alison.test' })).body.error).toBe('AlreadyExists')
  })

  describe('whose owner changes the document', () => {
    const codeFor = async ({ accessJwt }: Pick<TestAccount, 'accessJwt'>, email: string) => {
      await pds.post('com.atproto.identity.requestPlcOperationSignature', undefined, { token: accessJwt })
      return pds.codeMailedTo(email)
    }
    const change = async (changes: object) => {
      const token = await codeFor(alice, 'alice@example.com')
      return pds.post('dev.atoll.account.updateDidDocument', { token, ...changes }, { token: alice.accessJwt })
    }
    const elsewhere = {
      services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://new.example' } },
    }
    const remove = async () => {
      const { storage } = pds.adapters
      const hosted = new HostedDocuments({ storage, domains: ['.test'], pds: 'http://localhost:2583', mayBegin: true })
      const end = await hosted.ending(did)
      await storage.transact(did, (tx) => {
        tx.accounts.delete(did)
        tx.repo.delete(did)
        end(tx, '2026-01-01T00:00:00.000Z' as never)
      })
    }

    it('says so to the network once, and changes nothing else', async () => {
      const before = (await kindsOf(did)).length
      const { status, body } = await change(elsewhere)
      expect(status).toBe(200)
      const document = body.didDoc
      expect(document.service).toEqual([
        { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://new.example' },
      ])
      expect(document.alsoKnownAs).toEqual(['at://alice.test'])
      expect((await documentAt('alice.test')).document).toEqual(document)
      expect((await kindsOf(did)).slice(before)).toEqual(['identity'])
    })

    it('may do so after the account has moved away', async () => {
      const { storage } = pds.adapters
      const deactivatedAt = '2026-01-01T00:00:00.000Z' as never
      await storage.transact(did, (tx) => tx.accounts.update(did, { deactivatedAt }))
      for (const changes of [elsewhere, { alsoKnownAs: ['at://alice.example.com'] }]) {
        expect((await change(changes)).status).toBe(200)
      }
      expect((await documentAt('alice.test')).document.alsoKnownAs).toEqual(['at://alice.example.com'])
      expect(await isCertified('alice.test')).toBe(true)
    })

    it('is refused what a document cannot say, and without what proves the owner', async () => {
      const before = await documentAt('alice.test')
      const method = 'dev.atoll.account.updateDidDocument'
      const token = await codeFor(alice, 'alice@example.com')
      const update = (input: object, by = alice) => pds.post(method, { token, ...input }, { token: by.accessJwt })
      for (const wrong of [
        { verificationMethods: { atproto: 'nonsense' } },
        { verificationMethods: { atproto: 7 } },
        { services: { atproto_pds: 'https://new.example' } },
        { alsoKnownAs: Array(11).fill('at://x.test') },
      ]) {
        expect((await update(wrong)).body.error).toBe('InvalidRequest')
      }
      expect((await update({ ...elsewhere, token: 'AAAAA-AAAAA' })).body.error).toBe('InvalidToken')
      const bob = await pds.account('bob')
      expect((await update({ ...elsewhere }, bob)).body.error).toBe('InvalidToken')
      const bobs = await codeFor(bob, 'bob@example.com')
      expect((await update({ ...elsewhere, token: bobs }, bob)).body).toEqual({
        error: 'InvalidRequest',
        message: `This server does not publish the document of ${bob.did}`,
      })
      expect(await documentAt('alice.test')).toEqual(before)
      // A code that came to nothing is still good, for one of ten who bring it at once.
      const answers = await Promise.all(Array.from({ length: 10 }, () => update(elsewhere)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(new Set(answers.map(({ body }) => body.error))).toEqual(new Set([undefined, 'InvalidToken']))
    })

    it('leaves the identity to nobody when the account is deleted', async () => {
      await remove()
      expect(await documentAt('alice.test')).toEqual({ status: 410, document: undefined })
      expect(await isCertified('alice.test')).toBe(true)
      expect((await signUp({ did })).body.error).toBe('AuthenticationRequired')
      // The name is free, with another DID.
      const { body } = await signUp({})
      expect(body.did).toMatch(/^did:plc:/)
      expect((await documentAt('alice.test')).status).toBe(410)
      expect(await (await pds.fetch('/.well-known/atproto-did', { headers: { host: 'alice.test' } })).text()).toBe(
        body.did,
      )
    })

    it('keeps the identity alive elsewhere when the account that was left here is deleted', async () => {
      const moved = (await change(elsewhere)).body.didDoc
      await remove()
      expect((await documentAt('alice.test')).document).toEqual(moved)
      expect((await signUp({})).body.error).toBe('HandleNotAvailable')
    })

    it('may move back with a token that the key in the document signed', async () => {
      const key = generateKeyPair('k256')
      await change({ ...elsewhere, verificationMethods: { atproto: key.didKey() } })
      await remove()
      const refused = await signUp({ did })
      expect([refused.status, refused.body.error]).toEqual([401, 'AuthenticationRequired'])
      const token = createServiceJwt({ iss: did, aud: service, lxm, keyPair: key })
      const { status, body } = await signUp({ did }, token)
      expect([status, body.did]).toEqual([200, did])
      expect((await pds.adapters.storage.accounts.get(did))?.deactivatedAt).toBeDefined()
    })
  })
})

describe('a did:web that cannot begin here', () => {
  it.each([
    ['of another handle', { did, handle: 'bob.test' }, 'InvalidRequest'],
    ['of a host below a handle', { did: 'did:web:www.alice.test' }, 'AuthenticationRequired'],
    ['of another domain', { did: 'did:web:alice.example.com' }, 'AuthenticationRequired'],
    ['with a path', { did: 'did:web:alice.test:users' }, 'AuthenticationRequired'],
    ['of a reserved name', { did: 'did:web:admin.test', handle: 'admin.test' }, 'HandleNotAvailable'],
  ])('is refused: %s', async (_, input, error) => {
    expect((await signUp(input)).body.error).toBe(error)
    expect(await pds.adapters.storage.accounts.count()).toBe(0)
    expect(await pds.adapters.storage.didDocuments.get(input.did as Did)).toBeUndefined()
  })

  it('is refused where the operator has not allowed it', async () => {
    const strict = await PdsUnderTest.start()
    const { body } = await strict.post(lxm, { did, handle: 'alice.test', email: 'a@example.com', password: 'password' })
    expect(body.error).toBe('AuthenticationRequired')
    await strict.close()
  })

  it('of ten who ask at once, one gets it', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => signUp({ did, email: `a${n}@example.com` })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await kindsOf(did)).toEqual(['identity', 'account', 'commit', 'sync'])
  })
})

describe('an account that brings a did:web', () => {
  const brought: Did = 'did:web:mallard.example.com'

  it('keeps its document, which this server does not change', async () => {
    const key = generateKeyPair('k256')
    const { storage } = pds.adapters
    const createdAt = '2026-01-01T00:00:00.000Z' as never
    await storage.transact(brought, (tx) => {
      tx.accounts.create({ did: brought, handle: 'mallard.test', createdAt })
      tx.keys.setSigningKey(brought, { curve: 'k256', privateKey: key.exportPrivateKey() })
    })
    const token = (await pds.account('bob')).accessJwt
    expect(
      (await pds.get('com.atproto.identity.getRecommendedDidCredentials', { token })).body.rotationKeys,
    ).toBeDefined()
    const admin = { headers: { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` } }
    const { status } = await pds.post(
      'com.atproto.admin.updateAccountHandle',
      { did: brought, handle: 'duck.test' },
      admin,
    )
    expect(status).toBe(200)
    expect(await kindsOf(brought)).toEqual(['identity'])
    expect((await storage.accounts.get(brought))?.handle).toBe('duck.test')
    expect(await storage.didDocuments.get(brought)).toBeUndefined()
  })
})

describe('withHandle', () => {
  it('replaces the first handle, and keeps the other names in place', () => {
    const content = { verificationMethods: {}, services: {} }
    const changed = (alsoKnownAs: string[]) => withHandle({ ...content, alsoKnownAs }, 'new.test').alsoKnownAs
    expect(changed([])).toEqual(['at://new.test'])
    expect(changed(['https://alice.example'])).toEqual(['at://new.test', 'https://alice.example'])
    expect(changed(['https://alice.example', 'at://old.test', 'at://new.test', 'at://b.test'])).toEqual([
      'https://alice.example',
      'at://new.test',
      'at://b.test',
    ])
  })
})
