/** An account that brings the did:web of its own server, which serves the document over HTTP. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type DidKey, generateKeyPair } from '@atoll/crypto'
import { readRepo, signedBy } from '@atoll/repo'
import type { Did } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'
import { repoFile } from './repo-file.ts'

const lxm = 'com.atproto.server.createAccount'
const service = 'did:web:localhost%3A2583'

describe('an account with a did:web of its own', () => {
  const oldKey = generateKeyPair('k256')
  let pds: PdsUnderTest
  /** What the directory of did:plc was asked, over all restarts. */
  let plcRequests: readonly Request[]
  let web: Server
  let did: Did
  let token: string
  /** What its owner publishes; undefined while the server is broken. */
  let published: { key: DidKey; handle: string; pds: string } | undefined
  let asked = 0

  beforeAll(async () => {
    pds = await PdsUnderTest.start()
    plcRequests = pds.plcRequests
    web = createServer((request, response) => {
      asked++
      if (!published || request.url !== '/.well-known/did.json') {
        response.writeHead(published ? 404 : 500).end()
        return
      }
      const { key, handle, pds: serviceEndpoint } = published
      const document = {
        '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
        id: did,
        alsoKnownAs: [`at://${handle}`],
        verificationMethod: [
          {
            id: `${did}#atproto`,
            type: 'Multikey',
            controller: did,
            publicKeyMultibase: key.slice('did:key:'.length),
          },
        ],
        service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }],
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    })
    web.listen(0, 'localhost')
    await once(web, 'listening')
    did = `did:web:localhost%3A${(web.address() as AddressInfo).port}` // it listens on a port
    published = { key: oldKey.didKey(), handle: 'mover.before.example', pds: 'https://before.example' }
  })
  afterAll(async () => {
    await pds.close()
    web.closeAllConnections()
    web.close()
  })

  /** The documents are asked for again at once, which a resolver does after ten seconds. */
  async function restart(): Promise<void> {
    const { storage, blobStore, plcFetch } = pds.adapters
    await pds.pds.close()
    pds = await PdsUnderTest.start({}, { storage, blobStore, plcFetch })
  }

  const moveIn = (keyPair = oldKey) =>
    pds.post(
      lxm,
      { did, handle: 'mover.test', email: 'mover@example.com', password: 'password' },
      { token: createServiceJwt({ iss: did, aud: service, lxm, keyPair }) },
    )
  const activate = () => pds.post('com.atproto.server.activateAccount', undefined, { token })
  const kinds = async () => (await pds.adapters.storage.events.page({ after: 0, limit: 100 })).map(({ kind }) => kind)

  it('comes with a token of the key in its document, and with no other', async () => {
    expect((await moveIn(generateKeyPair('k256'))).body.error).toBe('BadJwtSignature')
    const { status, body } = await moveIn()
    expect([status, body.did, body.handle]).toEqual([200, did, 'mover.test'])
    token = body.accessJwt
    expect((await pds.get('com.atproto.server.getSession', { token })).body.active).toBe(false)
    expect(asked).toBeGreaterThan(0)
    expect(plcRequests).toEqual([])
  })

  it('brings its repository, signed by its key of before', async () => {
    const records = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`com.example.note/${1000 + n}`, { $type: 'com.example.note', n }]),
    )
    const { car, rev } = repoFile({ did, key: oldKey, records })
    const stranger = repoFile({ did, key: generateKeyPair('k256'), records })
    const send = (file: Uint8Array) =>
      pds.upload('com.atproto.repo.importRepo', file, 'application/vnd.ipld.car', { token })
    expect((await send(stranger.car)).status).toBe(400)
    expect((await send(car)).status).toBe(200)
    const { body } = await pds.get('com.atproto.server.checkAccountStatus', { token })
    expect(body).toMatchObject({ activated: false, validDid: false, indexedRecords: 30 })
    expect(body.repoRev > rev).toBe(true)
    expect(await kinds()).toEqual([])
  })

  it('is activated once its document leads here, and not before', async () => {
    const { body: credentials } = await pds.get('com.atproto.identity.getRecommendedDidCredentials', { token })
    const key: DidKey = credentials.verificationMethods.atproto
    const here = { key, handle: 'mover.test', pds: 'http://localhost:2583' }
    for (const wrong of [published, { ...here, key: oldKey.didKey() }, { ...here, pds: 'https://before.example' }]) {
      published = wrong
      await restart()
      expect(await activate()).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
    }
    expect(await kinds()).toEqual([])
    published = here
    await restart()
    expect(await activate()).toMatchObject({ status: 200 })
    expect(await kinds()).toEqual(['account', 'identity', 'sync'])
    const response = await pds.fetch(`/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(did)}`)
    const repo = await readRepo(new Uint8Array(await response.arrayBuffer()), { did, verify: signedBy(key) })
    let records = 0
    for await (const { collection } of repo.records()) if (collection === 'com.example.note') records++
    expect(records).toBe(30)
  })

  it('has the handle that its document names too', async () => {
    const isCorrect = async () =>
      (await pds.get('com.atproto.repo.describeRepo', { params: { repo: did } })).body.handleIsCorrect
    const resolve = (handle: string) => pds.get('com.atproto.identity.resolveHandle', { params: { handle } })
    const refresh = async () =>
      (await pds.post('com.atproto.identity.refreshIdentity', { identifier: did })).body.handle
    expect((await resolve('mover.test')).body).toEqual({ did })
    expect([await isCorrect(), await refresh()]).toEqual([true, 'mover.test'])

    const update = await pds.post('com.atproto.identity.updateHandle', { handle: 'settled.test' }, { token })
    expect(update.status).toBe(200)
    expect((await resolve('settled.test')).body).toEqual({ did })
    expect((await resolve('mover.test')).status).toBe(400)
    expect((await kinds()).slice(3)).toEqual(['identity'])
    expect([await isCorrect(), await refresh()]).toEqual([false, 'handle.invalid'])
    published = { ...published!, handle: 'settled.test' }
    await restart()
    expect([await refresh(), await isCorrect()]).toEqual(['settled.test', true])
  })

  it('has no operations of did:plc, and writes while the server of its document is broken', async () => {
    const sign = await pds.post('com.atproto.identity.signPlcOperation', { token: 'AAAAA-AAAAA' }, { token })
    expect(sign.status).toBe(400)
    published = undefined
    const record = { $type: 'com.example.note', text: 'here' }
    const input = { repo: did, collection: 'com.example.note', record }
    expect((await pds.post('com.atproto.repo.createRecord', input, { token })).status).toBe(200)
    expect(plcRequests).toEqual([])
    expect(pds.errors).toEqual([])
  })
})
