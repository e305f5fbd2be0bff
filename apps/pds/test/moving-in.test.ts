import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { createGenesis, PlcClient } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import { type CreateServiceJwtOptions, createServiceJwt } from '@atoll/xrpc-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

const service = 'did:web:localhost%3A2583'
const lxm = 'com.atproto.server.createAccount'

let pds: PdsUnderTest
let key: KeyPair
let did: Did
beforeEach(async () => {
  pds = await PdsUnderTest.start()
  key = generateKeyPair('k256')
  did = await otherAccount(key)
})
afterEach(() => pds.close())

/** An account of another server, as the directory knows it. */
async function otherAccount(signingKey: KeyPair): Promise<Did> {
  const signer = generateKeyPair('k256')
  const { did, op } = createGenesis({
    handle: 'mover.other.example',
    signingKey: signingKey.didKey(),
    rotationKeys: [signer.didKey()],
    pds: 'https://other.example',
    signer,
  })
  await new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch }).submit(did, op)
  return did
}

const tokenFor = (changes: Partial<CreateServiceJwtOptions> = {}) =>
  createServiceJwt({ iss: did, aud: service, lxm, keyPair: key, ...changes })
const moveIn = (token: string | undefined, changes: Record<string, string> = {}) =>
  pds.post(
    'com.atproto.server.createAccount',
    { handle: 'mover.test', email: 'mover@example.com', password: 'password', did, ...changes },
    token === undefined ? {} : { token },
  )

describe('an account that moves here', () => {
  it('starts deactivated with an empty repository, and nothing is told to the network', async () => {
    const before = await pds.adapters.storage.events.last()
    const { status, body } = await moveIn(tokenFor())
    expect({ status, did: body.did, handle: body.handle }).toEqual({ status: 200, did, handle: 'mover.test' })
    const session = await pds.get('com.atproto.server.getSession', { token: body.accessJwt })
    expect(session.body).toMatchObject({ did, active: false, status: 'deactivated' })
    expect(await pds.adapters.storage.repos.counts(did)).toEqual({ blocks: 2, records: 0 })
    expect(await pds.adapters.storage.events.last()).toBe(before)
    const answer = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: did, collection: 'com.example.thing', record: {} },
      { token: body.accessJwt },
    )
    expect(answer.body).toEqual({ error: 'AccountDeactivated', message: 'Account is deactivated' })
  })

  it('makes no operation of the directory', async () => {
    const before = pds.plcRequests.filter(({ method }) => method === 'POST').length
    await moveIn(tokenFor())
    expect(pds.plcRequests.filter(({ method }) => method === 'POST')).toHaveLength(before)
  })

  it('takes the key that was reserved for it', async () => {
    const { storage } = pds.adapters
    const { body } = await pds.post('com.atproto.server.reserveSigningKey', { did })
    const { body: moved } = await moveIn(tokenFor())
    const recommended = await pds.get('com.atproto.identity.getRecommendedDidCredentials', { token: moved.accessJwt })
    expect(recommended.body.verificationMethods).toEqual({ atproto: body.signingKey })
    expect(await storage.keys.reservedFor(did)).toBeUndefined()
  })

  it.each<[string, () => string | undefined | Promise<string>, string]>([
    ['without a token', () => undefined, 'AuthenticationRequired'],
    ['with a token for another method', () => tokenFor({ lxm: 'com.atproto.repo.uploadBlob' }), 'BadJwtLexiconMethod'],
    ['with a token for any method', () => tokenFor({ lxm: undefined }), 'BadJwtLexiconMethod'],
    ['with a token for another server', () => tokenFor({ aud: 'did:web:other.example' }), 'BadJwtAudience'],
    ['with a token that another key signed', () => tokenFor({ keyPair: generateKeyPair('k256') }), 'BadJwtSignature'],
    [
      'with the token of a DID that nobody knows',
      () => tokenFor({ iss: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }),
      'AuthenticationRequired',
    ],
    ['with a token of one of its services', () => tokenFor({ iss: `${did}#other` }), 'AuthenticationRequired'],
    ['with a token that has ended', () => ended(), 'JwtExpired'],
    ['with a session of this server', async () => (await pds.account('alice')).accessJwt, 'BadJwt'],
    ['with the token of another account', () => anothers(), 'AuthenticationRequired'],
  ])('is refused %s', async (_, token, error) => {
    const answer = await moveIn(await token())
    expect({ status: answer.status, error: answer.body.error }).toEqual({ status: 401, error })
    expect(await pds.adapters.storage.accounts.get(did)).toBeUndefined()
  })

  it.each([
    ['a handle of a domain that does not lead to it', { handle: 'mover.other.test.localhost' }, 'InvalidHandle'],
    ['a reserved handle', { handle: 'admin.test' }, 'HandleNotAvailable'],
    ['an operation for the directory', { plcOp: '{}' }, 'InvalidRequest'],
  ])('is refused with %s', async (_, changes, error) => {
    const { status, body } = await moveIn(tokenFor(), changes)
    expect({ status, error: body.error }).toEqual({ status: 400, error })
  })

  it('is refused when it is here already, and lets one of ten racing moves through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        moveIn(tokenFor(), { handle: `mover${n}.test`, email: `mover${n}@example.com` }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const again = await moveIn(tokenFor())
    expect({ status: again.status, body: again.body }).toEqual({
      status: 400,
      body: { error: 'AlreadyExists', message: 'Repo already exists' },
    })
  })

  it('may try again with the same token until it is here, and not while it is', async () => {
    const token = tokenFor()
    expect((await moveIn(token, { handle: 'admin.test' })).body.error).toBe('HandleNotAvailable')
    expect((await moveIn(token, { plcOp: '{}' })).body.error).toBe('InvalidRequest')
    expect((await moveIn(token)).status).toBe(200)
    const again = await moveIn(token, { handle: 'thief.test', email: 'thief@example.com', password: 'thief' })
    expect({ status: again.status, error: again.body.error }).toEqual({ status: 400, error: 'AlreadyExists' })
  })

  it.each([
    ['cannot be read', () => new Response('nonsense'), 'UnresolvableDid'],
    ['has no signing key', () => Response.json({ id: did }), 'IncompatibleDidDoc'],
  ])('causes one request for a document that %s, and is refused', async (_, respond, refused) => {
    let asked = 0
    const plcFetch = async () => {
      asked += 1
      return respond()
    }
    const careful = await PdsUnderTest.start({}, { plcFetch })
    const { status, body } = await careful.post(
      'com.atproto.server.createAccount',
      { handle: 'mover.test', email: 'mover@example.com', password: 'password', did },
      { token: tokenFor() },
    )
    expect({ status, error: body.error, asked }).toEqual({ status: 400, error: refused, asked: 1 })
    await careful.close()
  })

  it('needs an invite code where others need one', async () => {
    const invited = await PdsUnderTest.start({ PDS_INVITE_REQUIRED: 'true' }, { plcFetch: pds.adapters.plcFetch })
    const { body } = await invited.post(
      'com.atproto.server.createAccount',
      { handle: 'mover.test', email: 'mover@example.com', password: 'password', did },
      { token: tokenFor() },
    )
    expect(body.error).toBe('InvalidInviteCode')
    await invited.close()
  })
})

describe('uploads of an account that moves here, by a token of its former server', () => {
  const nsid = 'com.atproto.repo.uploadBlob'
  const uploadToken = (changes: Partial<CreateServiceJwtOptions> = {}) => tokenFor({ lxm: nsid, ...changes })
  const upload = (token: string, text = 'words') =>
    pds.upload(nsid, new TextEncoder().encode(text), 'text/plain', { token })
  const outcome = ({ status, body }: Awaited<ReturnType<typeof upload>>) => ({ status, error: body.error })

  it('are taken while it is deactivated, one after the other with one token', async () => {
    await moveIn(tokenFor())
    const token = uploadToken({ exp: Math.floor(Date.now() / 1000) + 3000 })
    for (const text of ['one', 'two']) {
      const { status, body } = await upload(token, text)
      expect(status).toBe(200)
      expect(await pds.adapters.storage.blobs.get(did, body.blob.ref)).toMatchObject({ size: 3 })
    }
  })

  it.each([
    ['for another method', () => tokenFor(), 401, 'BadJwtLexiconMethod'],
    ['for another server', () => uploadToken({ aud: 'did:web:other.example' }), 401, 'BadJwtAudience'],
    ['that another key signed', () => uploadToken({ keyPair: generateKeyPair('k256') }), 401, 'BadJwtSignature'],
    ['of one of its services', () => uploadToken({ iss: `${did}#atproto_labeler` }), 401, 'UntrustedIss'],
    ['that has ended', () => uploadToken({ now: () => Date.now() - 3_600_000 }), 401, 'JwtExpired'],
    // It is taken for a session.
    ['for any method', () => uploadToken({ lxm: undefined }), 400, 'InvalidToken'],
  ])('are refused with a token %s', async (_, token, status, error) => {
    expect(outcome(await upload(token()))).toEqual({ status, error })
  })

  it('are refused of who has no account here, and of who is taken down', async () => {
    expect(outcome(await upload(uploadToken()))).toEqual({ status: 400, error: 'AccountNotFound' })
    await moveIn(tokenFor())
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { takedown: 'report' }))
    expect(outcome(await upload(uploadToken()))).toEqual({ status: 401, error: 'AccountTakedown' })
  })

  it('bring only themselves: the token opens no other method', async () => {
    await moveIn(tokenFor())
    for (const other of ['com.atproto.server.checkAccountStatus', 'com.atproto.repo.listMissingBlobs']) {
      expect(outcome(await pds.get(other, { token: tokenFor({ lxm: other }) }))).toMatchObject({
        error: 'InvalidToken',
      })
    }
  })
})

describe('an account with a new DID', () => {
  it('is made whatever token comes with it', async () => {
    const { status } = await pds.post(
      'com.atproto.server.createAccount',
      { handle: 'alice.test', email: 'alice@example.com', password: 'password' },
      { token: 'none of ours' },
    )
    expect(status).toBe(200)
  })
})

function ended(): string {
  const hourAgo = Date.now() - 3_600_000
  return tokenFor({ now: () => hourAgo })
}

async function anothers(): Promise<string> {
  const other = generateKeyPair('k256')
  return tokenFor({ iss: await otherAccount(other), keyPair: other })
}
