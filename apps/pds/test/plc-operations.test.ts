import { type DidKey, generateKeyPair, type KeyPair } from '@atoll/crypto'
import { type PlcChanges, PlcClient, type PlcOperation, tombstone, updateOperation } from '@atoll/identity/plc'
import { readRepo, signedBy } from '@atoll/repo'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PlcOperations } from '../src/did-changes/plc-operations.ts'
import { DirectoryUnderTest } from './directory-under-test.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const submitMethod = 'com.atproto.identity.submitPlcOperation'

let directory: DirectoryUnderTest
let pds: PdsUnderTest
let alice: TestAccount
let own: KeyPair

beforeEach(async () => {
  directory = new DirectoryUnderTest()
  pds = await PdsUnderTest.start({}, { plcFetch: directory.fetch })
  own = generateKeyPair('k256')
  const { body } = await pds.post('com.atproto.server.createAccount', {
    handle: 'alice.test',
    email: 'alice@example.com',
    password: 'password of alice',
    recoveryKey: own.didKey(),
  })
  alice = body
})
afterEach(() => pds.close())

const client = () => new PlcClient({ url: 'http://plc.test', fetch: directory.fetch })
const lastOf = async () => (await client().getLastOp(alice.did)) as PlcOperation
/** An operation that follows the last one, signed with the owner's key. */
const next = async (changes: PlcChanges) => updateOperation(await lastOf(), changes, own)
const submit = (operation: unknown) => pds.post(submitMethod, { operation } as never, { token: alice.accessJwt })
const identityEvents = async () =>
  (await pds.adapters.storage.events.page({ after: 0, limit: 100 })).filter(({ kind }) => kind === 'identity').length
const pending = () => pds.adapters.storage.claims.of(alice.did)
const recommended = async () =>
  (await pds.get('com.atproto.identity.getRecommendedDidCredentials', { token: alice.accessJwt })).body

describe('getRecommendedDidCredentials', () => {
  it('says what the document of an account here should say', async () => {
    const { rotationKeys, ...content } = await recommended()
    const { rotationKeys: all, verificationMethods, alsoKnownAs, services } = await lastOf()
    expect(all[0]).toBe(own.didKey())
    expect(rotationKeys).toEqual(all.slice(1))
    expect(content).toEqual({ verificationMethods, alsoKnownAs, services })
  })

  it('puts the key of the operator before that of the server', async () => {
    const operator = generateKeyPair('p256').didKey()
    const other = await PdsUnderTest.start({ PDS_RECOVERY_DID_KEY: operator })
    const bob = await other.account('bob')
    const { body } = await other.get('com.atproto.identity.getRecommendedDidCredentials', { token: bob.accessJwt })
    expect(body.rotationKeys).toHaveLength(2)
    expect(body.rotationKeys[0]).toBe(operator)
    await other.close()
  })
})

describe('submitPlcOperation', () => {
  it('hands in what the owner signed, and tells the network once', async () => {
    const spare = generateKeyPair('p256').didKey()
    const operation = await next({ rotationKeys: [spare, ...(await lastOf()).rotationKeys] })
    const before = await identityEvents()
    expect((await submit(operation)).status).toBe(200)
    expect((await lastOf()).rotationKeys[0]).toBe(spare)
    expect(await identityEvents()).toBe(before + 1)
    expect(await pending()).toBeUndefined()
    const { body } = await pds.get('com.atproto.identity.resolveDid', { params: { did: alice.did } })
    expect(body.didDoc.id).toBe(alice.did)
  })

  it('takes the same operation again, without handing it in twice', async () => {
    const operation = await next({})
    await submit(operation)
    const { submissions } = directory
    expect((await submit(operation)).status).toBe(200)
    expect(directory.submissions).toBe(submissions)
  })

  it.each<[string, (content: PlcOperation) => PlcChanges]>([
    ["Rotation keys do not include server's rotation key", () => ({ rotationKeys: [own.didKey()] })],
    [
      'Incorrect type on atproto_pds service',
      ({ services }) => ({ services: { atproto_pds: { ...services['atproto_pds']!, type: 'Other' } } }),
    ],
    ['Incorrect type on atproto_pds service', () => ({ services: {} })],
    ['Incorrect endpoint on atproto_pds service', () => ({ pds: 'https://other.example' })],
    ['Incorrect signing key', () => ({ signingKey: generateKeyPair('k256').didKey() })],
    ['Incorrect handle in alsoKnownAs', () => ({ handle: 'other.test' })],
    ['Incorrect handle in alsoKnownAs', () => ({ alsoKnownAs: [] })],
  ])('refuses one that would leave the account unusable: %s', async (message, changes) => {
    const [before, events] = [directory.submissions, await identityEvents()]
    const { status, body } = await submit(await next(changes(await lastOf())))
    expect({ status, body }).toEqual({ status: 400, body: { error: 'InvalidRequest', message } })
    expect(directory.submissions).toBe(before)
    expect(await identityEvents()).toBe(events)
  })

  it('refuses what the directory would not take, and does not hand it in', async () => {
    const before = directory.submissions
    const operation = await next({})
    const messages = [
      await submit({ ...operation, sig: operation.sig.replace(/^./, (digit) => (digit === 'A' ? 'B' : 'A')) }),
      await submit({ ...operation, prev: null }),
      await submit({ ...operation, sig: undefined }),
      await submit({ ...operation, more: 1 }),
      await submit(tombstone(await lastOf(), own)),
      await submit({ ...operation, alsoKnownAs: [...operation.alsoKnownAs, ...Array(10).fill('at://x.test')] }),
      await submit({}),
    ].map(({ status, body }) => `${status} ${body.error} ${body.message}`)
    expect(messages).toEqual([
      '400 InvalidRequest Invalid signature on operation',
      '400 InvalidRequest Operations not correctly ordered',
      '400 InvalidRequest Not a valid operation: missing sig',
      '400 InvalidRequest Not a valid operation: unknown field',
      '400 InvalidRequest An account here cannot be left with a plc_tombstone',
      '400 InvalidRequest Too many alsoKnownAs entries: 11, at most 10',
      '400 InvalidRequest Not a valid operation: unknown type',
    ])
    expect(directory.submissions).toBe(before)
    expect(await pending()).toBeUndefined()
  })

  it('that the directory refuses leaves nothing behind', async () => {
    const events = await identityEvents()
    directory.trouble = 'refuses'
    const { status, body } = await submit(await next({}))
    expect([status, body.error]).toEqual([502, 'UpstreamFailure'])
    expect(await pending()).toBeUndefined()
    expect(await identityEvents()).toBe(events)
  })

  it('whose response was lost is told by a repetition, once', async () => {
    const [operation, other, events] = [
      await next({}),
      await next({ rotationKeys: await swapped() }),
      await identityEvents(),
    ]
    directory.trouble = 'deaf'
    expect((await submit(operation)).status).toBe(502)
    expect(await pending()).toMatchObject({ purpose: 'plc operation' })
    expect(await identityEvents()).toBe(events)
    directory.trouble = undefined
    // Meanwhile neither another operation nor another handle.
    const answers = [
      await submit(other),
      await pds.post('com.atproto.identity.updateHandle', { handle: 'alicia.test' }, { token: alice.accessJwt }),
    ]
    expect(answers.map(({ body }) => body.error)).toEqual(['ServiceUnavailable', 'ServiceUnavailable'])
    expect((await submit(operation)).status).toBe(200)
    expect(await identityEvents()).toBe(events + 1)
    expect(await pending()).toBeUndefined()
  })

  it('ten at once: one is next, and the others are refused', async () => {
    const operations = await Promise.all(
      Array.from({ length: 10 }, async () =>
        next({ rotationKeys: [generateKeyPair('k256').didKey(), ...(await ours())] }),
      ),
    )
    const events = await identityEvents()
    const answers = await Promise.all(operations.map(submit))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(9)
    expect(await identityEvents()).toBe(events + 1)
  })
})

describe('an account whose rotation keys are all its own', () => {
  let others: DidKey[]
  beforeEach(async () => {
    others = await ours()
    await client().submit(alice.did, await next({ rotationKeys: [own.didKey()] }))
  })

  it('cannot change its handle here, and nothing of the change is left', async () => {
    const events = await identityEvents()
    const { status, body } = await pds.post(
      'com.atproto.identity.updateHandle',
      { handle: 'alicia.test' },
      { token: alice.accessJwt },
    )
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'InvalidRequest', message: "Rotation keys do not include server's rotation key" },
    })
    expect((await pds.adapters.storage.accounts.get(alice.did))?.handle).toBe('alice.test')
    expect(await pending()).toBeUndefined()
    expect(await identityEvents()).toBe(events)
  })

  it('can change it when the owner has put the new one into the document', async () => {
    await client().submit(alice.did, await next({ handle: 'alicia.test' }))
    const { status } = await pds.post(
      'com.atproto.identity.updateHandle',
      { handle: 'alicia.test' },
      { token: alice.accessJwt },
    )
    expect(status).toBe(200)
    expect((await pds.adapters.storage.accounts.get(alice.did))?.handle).toBe('alicia.test')
  })

  it('can give the server its place again by an operation that the owner signs', async () => {
    expect((await submit(await next({ rotationKeys: [own.didKey(), ...others] }))).status).toBe(200)
    expect((await lastOf()).rotationKeys).toEqual([own.didKey(), ...others])
  })
})

describe('an operation that broke off', () => {
  it('is told by a chore if the directory has it, and forgotten if not', async () => {
    const { storage } = pds.adapters
    const events = await identityEvents()
    for (const [holds, told] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const claimedAt = '2026-01-01T00:00:00.000Z' as never
      const details = JSON.stringify({ operation: await lastOf() })
      const claim = {
        did: alice.did,
        purpose: 'plc operation',
        handle: undefined,
        email: undefined,
        details,
        claimedAt,
      }
      await storage.transact(alice.did, (tx) => tx.claims.add(claim))
      const unused = () => Promise.reject(new Error('not asked'))
      const operations = new PlcOperations({
        storage,
        signingKeys: { of: unused },
        plc: {
          recommended: () => ({}) as never,
          requireMaySign: unused,
          requireUsable: () => ({}) as never,
          signUpdate: unused,
          requireNext: unused,
          submit: unused,
          holds: async () => holds,
        },
        hosted: { content: unused },
        codes: { use: () => {} },
        resolver: { forget: async () => {} },
        locks: { run: (_, work) => work() },
      })
      await operations.settle({ ...claim, purpose: 'handle' })
      expect(await pending()).toBeDefined()
      await operations.settle(claim)
      expect(await pending()).toBeUndefined()
      expect(await identityEvents()).toBe(events + told)
    }
  })
})

describe('signPlcOperation', () => {
  const request = (account = alice) =>
    pds.post('com.atproto.identity.requestPlcOperationSignature', undefined, { token: account.accessJwt })
  const sign = (input: object) =>
    pds.post('com.atproto.identity.signPlcOperation', input as never, { token: alice.accessJwt })
  const code = async () => {
    expect((await request()).status).toBe(200)
    return pds.codeMailedTo('alice@example.com')
  }

  it('signs what the owner asks for with a mailed code, for this server or another', async () => {
    const services = { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://new.example' } }
    const verificationMethods = { atproto: generateKeyPair('k256').didKey() }
    const rotationKeys = [generateKeyPair('k256').didKey()]
    const before = directory.submissions
    const { status, body } = await sign({ token: await code(), services, verificationMethods, rotationKeys })
    expect(status).toBe(200)
    const { alsoKnownAs } = await lastOf()
    expect(body.operation).toMatchObject({
      type: 'plc_operation',
      services,
      verificationMethods,
      rotationKeys,
      alsoKnownAs,
    })
    expect(directory.submissions).toBe(before)
    await client().submit(alice.did, body.operation)
    expect(await lastOf()).toEqual(body.operation)
  })

  it('is then taken by submitPlcOperation, where the account stays', async () => {
    const rotationKeys = [own.didKey(), generateKeyPair('p256').didKey(), ...(await ours())]
    const { body } = await sign({ token: await code(), rotationKeys })
    expect((await submit(body.operation)).status).toBe(200)
    expect((await lastOf()).rotationKeys).toEqual(rotationKeys)
  })

  it('needs a code that is right, and that was not used', async () => {
    const token = await code()
    expect((await sign({})).body).toEqual({
      error: 'InvalidRequest',
      message: 'email confirmation token required to sign PLC operations',
    })
    expect((await sign({ token: 'AAAAA-AAAAA' })).body.error).toBe('InvalidToken')
    const answers = await Promise.all(Array.from({ length: 10 }, () => sign({ token })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await sign({ token })).body.error).toBe('InvalidToken')
  })

  it('refuses what nobody could use, and leaves the code', async () => {
    const token = await code()
    for (const wrong of [
      { rotationKeys: [] },
      { rotationKeys: ['did:key:nothing'] },
      { verificationMethods: { atproto: 7 } },
      { services: { atproto_pds: 'https://new.example' } },
      { services: [] },
      { alsoKnownAs: ['at://a.test', 'at://a.test'] },
    ]) {
      const { status, body } = await sign({ token, ...wrong })
      expect([status, body.error], JSON.stringify(wrong)).toEqual([400, 'InvalidRequest'])
    }
    expect((await sign({ token })).status).toBe(200)
  })

  it('is refused, and no code is mailed, where the server has no say', async () => {
    const token = await code()
    await client().submit(alice.did, await next({ rotationKeys: [own.didKey()] }))
    const refused = { error: 'InvalidRequest', message: "Rotation keys do not include server's rotation key" }
    expect((await request()).body).toEqual(refused)
    expect((await sign({ token })).body).toEqual(refused)
  })
})

describe('updateAccountSigningKey', () => {
  const admin = { headers: { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` } }
  const update = (signingKey: string, did = alice.did) =>
    pds.post('com.atproto.admin.updateAccountSigningKey', { did, signingKey }, admin)
  const reserved = async (did?: string) =>
    (await pds.post('com.atproto.server.reserveSigningKey', did === undefined ? {} : { did })).body.signingKey
  const keyInDocument = async () => (await lastOf()).verificationMethods['atproto']
  const kinds = async () => (await pds.adapters.storage.events.page({ after: 0, limit: 100 })).map(({ kind }) => kind)

  it('changes the document and the key together, and commits with the new one', async () => {
    const key = await reserved(alice.did)
    const before = (await kinds()).length
    expect((await update(key)).status).toBe(200)
    expect(await keyInDocument()).toBe(key)
    expect((await recommended()).verificationMethods).toEqual({ atproto: key })
    expect((await kinds()).slice(before)).toEqual(['identity', 'commit'])
    await pds.postOf(alice, 'signed with the new key')
    const car = await pds.fetch(`/xrpc/com.atproto.sync.getRepo?did=${alice.did}`)
    const repo = await readRepo(new Uint8Array(await car.arrayBuffer()), { did: alice.did, verify: signedBy(key) })
    for await (const record of repo.records()) expect(record.collection).toBe('app.bsky.feed.post')
    expect(await pds.adapters.storage.keys.reserved(key)).toBeUndefined()
    expect(await pending()).toBeUndefined()
  })

  it('takes a key that was reserved for nobody, and puts the present one into the document again', async () => {
    const present = await keyInDocument()
    await client().submit(alice.did, await next({ signingKey: generateKeyPair('k256').didKey() }))
    expect((await update(present!)).status).toBe(200)
    expect(await keyInDocument()).toBe(present)
    const key = await reserved()
    expect((await update(key)).status).toBe(200)
    expect(await keyInDocument()).toBe(key)
  })

  it('refuses a key that the server does not hold for the account, and an account that is not here', async () => {
    const { submissions } = directory
    const present = await keyInDocument()
    for (const key of [generateKeyPair('k256').didKey(), await reserved('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')]) {
      expect((await update(key)).body).toMatchObject({ error: 'InvalidRequest', message: expect.stringContaining(key) })
    }
    expect((await update(await reserved(), 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')).body.error).toBe('NotFound')
    expect([directory.submissions, await keyInDocument()]).toEqual([submissions, present])
  })

  it('that the directory refuses changes nothing, and one whose response was lost is finished by a chore', async () => {
    const [key, present] = [await reserved(alice.did), await keyInDocument()]
    directory.trouble = 'refuses'
    expect((await update(key)).body.error).toBe('UpstreamFailure')
    expect((await recommended()).verificationMethods).toEqual({ atproto: present })
    expect(await pending()).toBeUndefined()
    directory.trouble = 'deaf'
    expect((await update(key)).body.error).toBe('UpstreamFailure')
    directory.trouble = undefined
    const claim = (await pending())!
    expect(claim.purpose).toBe('signing key')
    expect((await update(key)).body.error).toBe('ServiceUnavailable')
    const { storage } = pds.adapters
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    try {
      const later = await PdsUnderTest.start({}, { plcFetch: directory.fetch, storage })
      await vi.advanceTimersByTimeAsync(61_000)
      await later.pds.close()
    } finally {
      vi.useRealTimers()
    }
    expect(await pending()).toBeUndefined()
    expect((await storage.keys.reserved(key)) ?? 'used').toBe('used')
    expect((await recommended()).verificationMethods).toEqual({ atproto: key })
  })
})

/** The rotation keys that are not the owner's. */
async function ours(): Promise<DidKey[]> {
  return (await lastOf()).rotationKeys.filter((key) => key !== own.didKey()) as DidKey[]
}

async function swapped(): Promise<DidKey[]> {
  return [...(await ours()), own.didKey()]
}
