import { generateKeyPair } from '@atoll/crypto'
import { createGenesis, PlcClient, tombstone } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const unknown: Did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

let pds: PdsUnderTest
let alice: TestAccount
let ended: Did
let elsewhere: Did

beforeAll(async () => {
  pds = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
  alice = await pds.account('alice')
  const directory = new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch })
  const signer = generateKeyPair('k256')
  const genesis = (handle: string) =>
    createGenesis({
      handle,
      signingKey: signer.didKey(),
      rotationKeys: [signer.didKey()],
      pds: 'https://other.example',
      signer,
    })
  const gone = genesis('gone.test')
  ended = gone.did
  await directory.submit(ended, gone.op)
  await directory.submit(ended, tombstone(gone.op, signer))
  // It claims a handle that an account of this server has.
  const impostor = genesis('alice.test')
  elsewhere = impostor.did
  await directory.submit(elsewhere, impostor.op)
})
afterAll(() => pds.close())

const resolveDid = (did: string) => pds.get('com.atproto.identity.resolveDid', { params: { did } })
/** The two methods that answer with an identity. */
const both: [string, (identifier: string) => ReturnType<typeof resolveDid>][] = [
  ['resolveIdentity', (identifier) => pds.get('com.atproto.identity.resolveIdentity', { params: { identifier } })],
  ['refreshIdentity', (identifier) => pds.post('com.atproto.identity.refreshIdentity', { identifier })],
]

describe('resolveDid', () => {
  it('returns the document as the directory has it', async () => {
    const { status, body } = await resolveDid(alice.did)
    expect(status).toBe(200)
    expect(body.didDoc).toMatchObject({ id: alice.did, alsoKnownAs: ['at://alice.test'] })
  })

  it.each([
    ['a DID that nobody knows', () => unknown, 400, 'DidNotFound'],
    ['a DID that was given up', () => ended, 400, 'DidDeactivated'],
    [
      'a DID of another method',
      () => 'did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF',
      400,
      'InvalidRequest',
    ],
    ['a did:web with a path', () => 'did:web:example.com:alice', 400, 'InvalidRequest'],
  ])('refuses %s', async (_, did, status, error) => {
    const answer = await resolveDid(did())
    expect([answer.status, answer.body.error]).toEqual([status, error])
  })
})

describe.each(both)('%s', (_, resolve) => {
  it('finds an account of this server by DID and by handle', async () => {
    for (const identifier of [alice.did, 'Alice.test']) {
      const { status, body } = await resolve(identifier)
      expect(status).toBe(200)
      expect(body).toMatchObject({ did: alice.did, handle: 'alice.test', didDoc: { id: alice.did } })
    }
  })

  it('shows a handle only where both sides agree', async () => {
    expect((await resolve(elsewhere)).body).toMatchObject({ did: elsewhere, handle: 'handle.invalid' })
  })

  it('refuses what leads to nothing, each by its name', async () => {
    const errors: Record<string, string> = {
      'nobody.test': 'HandleNotFound',
      [unknown]: 'DidNotFound',
      [ended]: 'DidDeactivated',
      'alice.local': 'InvalidHandle',
    }
    for (const [identifier, error] of Object.entries(errors)) {
      const answer = await resolve(identifier)
      expect([answer.status, answer.body.error], identifier).toEqual([400, error])
    }
  })

  it('does not show the handle of an account that is not active', async () => {
    const { did } = await pds.account(`sleeper${both.findIndex(([name]) => name === _)}`)
    const deactivatedAt = '2026-01-01T00:00:00.000Z' as never
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { deactivatedAt }))
    const account = await pds.adapters.storage.accounts.get(did)
    expect((await resolve(account!.handle!)).body.error).toBe('HandleNotFound')
    expect((await resolve(did)).body).toMatchObject({ did, handle: 'handle.invalid' })
  })
})

describe('a source that fails', () => {
  it('is not taken for a DID that does not exist', async () => {
    const failing = await PdsUnderTest.start({}, { plcFetch: async () => new Response('', { status: 500 }) })
    const params = { did: unknown }
    const { status, body } = await failing.get('com.atproto.identity.resolveDid', { params })
    expect([status, body.error]).toEqual([502, 'UpstreamFailure'])
    await failing.close()
  })

  it('that publishes nonsense is named', async () => {
    const failing = await PdsUnderTest.start({}, { plcFetch: async () => Response.json({ id: alice.did }) })
    const { body } = await failing.get('com.atproto.identity.resolveDid', { params: { did: unknown } })
    expect(body).toEqual({ error: 'InvalidRequest', message: `invalid document of ${unknown}: its id is another` })
    await failing.close()
  })
})

describe('refreshIdentity', () => {
  it('asks the source again, and the others get its answer', async () => {
    const other = await PdsUnderTest.start({}, { plcFetch: pds.adapters.plcFetch })
    const params = { did: alice.did }
    await other.get('com.atproto.identity.resolveDid', { params })
    await pds.post('com.atproto.identity.updateHandle', { handle: 'alicia.test' }, { token: alice.accessJwt })
    const namesOf = async () => (await other.get('com.atproto.identity.resolveDid', { params })).body.didDoc.alsoKnownAs
    expect(await namesOf()).toEqual(['at://alice.test'])
    await other.post('com.atproto.identity.refreshIdentity', { identifier: alice.did })
    expect(await namesOf()).toEqual(['at://alicia.test'])
    await other.close()
  })

  it('is limited for each client', async () => {
    const headers = (await pds.post('com.atproto.identity.refreshIdentity', { identifier: unknown })).headers
    expect(headers.get('ratelimit-limit')).toBe('100')
  })
})
