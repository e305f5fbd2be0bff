import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { blockOf } from '@atoll/data-model'
import { type Devnet, type DevnetOptions, startDevnet } from '@atoll/devnet'
import { createGenesis, PlcClient } from '@atoll/identity/plc'
import { readConfig } from '@atoll/pds'
import { createPlcDirectory } from '@atoll/plc-directory'
import { createRepo } from '@atoll/repo'
import { MemoryBlobStore } from '@atoll/storage'
import { blobStoreSuite } from '@atoll/storage/testing'
import { parseDid, parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'
import { createClient } from '@atoll/xrpc'
import { createServiceJwt } from '@atoll/xrpc-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { countSpecies } from './lexicons/com.example.reef.ts'
import { listRecords } from './list-records.ts'
import { reefPds } from './pds-with-method.ts'
import { serveWithQuota, withQuota } from './quota-blob-store.ts'
import { getTide, router } from './serve-method.ts'
import { openServiceAccount } from './service-account.ts'
import { verifyFirehose } from './verify-firehose.ts'

async function post(
  url: string,
  body: object | Uint8Array,
  token?: string,
): Promise<{ status: number; body: unknown }> {
  const isBytes = body instanceof Uint8Array
  const headers = { 'content-type': isBytes ? 'text/plain' : 'application/json' }
  const response = await fetch(url, {
    method: 'POST',
    body: isBytes ? (body as BodyInit) : JSON.stringify(body),
    headers: token ? { ...headers, authorization: `Bearer ${token}` } : headers,
  })
  return { status: response.status, body: await response.json() }
}

async function signUp(pds: string): Promise<{ did: string; accessJwt: string }> {
  const account = { handle: 'alice.test', email: 'alice@example.com', password: 'password of alice' }
  const { body } = await post(`${pds}/xrpc/com.atproto.server.createAccount`, account)
  return body as { did: string; accessJwt: string }
}

/** A network of this test alone. */
async function startNetwork(options: Pick<DevnetOptions, 'pds'> = {}): Promise<Devnet> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'examples-'))
  const network = await startDevnet({ dataDirectory, settings: { PDS_PORT: '0' }, ...options })
  onTestFinished(async () => {
    await network.close()
    await rm(dataDirectory, { recursive: true, force: true })
  })
  return network
}

describe('verify-firehose', () => {
  it('prints the verified events of a server', async () => {
    const network = await startNetwork()
    const { did } = await signUp(network.pds.url)
    const lines: string[] = []
    const abort = new AbortController()
    const print = (line: string) => {
      if (lines.push(line) === 3) abort.abort()
    }
    await verifyFirehose(network.pds.url, { plcUrl: network.plcUrl, signal: abort.signal, print })
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      `identity of ${did}: accept`,
      `account of ${did}: accept`,
      `commit of ${did}: accept`,
    ])
  })
})

describe('list-records', () => {
  const collection = parseNsid('com.example.note')
  const records = ['first', 'second'].map((text) => ({
    rkey: parseRecordKey(text),
    ...blockOf({ $type: collection, text }),
  }))
  const repo = createRepo({
    did: parseDid('did:web:alice.example'),
    writes: records.map((record) => ({ action: 'create', collection, ...record })),
    sign: generateKeyPair('k256'),
    rev: new TidClock().next(),
  })

  it('prints every record of a file', () => {
    expect([...listRecords(writeCar([repo.head.cid], repo.added))]).toEqual([
      `did:web:alice.example at ${repo.head.rev}`,
      'com.example.note/first {"text":"first","$type":"com.example.note"}',
      'com.example.note/second {"text":"second","$type":"com.example.note"}',
    ])
  })

  it('names the block that a file lacks', () => {
    const [, missing] = repo.added
    const car = writeCar(
      [repo.head.cid],
      repo.added.filter((block) => block !== missing),
    )
    expect(() => [...listRecords(car)]).toThrow(`the file lacks ${missing!.cid}`)
  })
})

describe('serve-method', () => {
  const client = createClient({
    service: 'https://reef.example',
    fetch: (url, init) => router.fetch(new Request(url, init)),
  })

  it('responds to a client without a network', async () => {
    expect((await client.call(getTide, { params: { reef: 'north' } })).data).toEqual({ metres: 2, rising: true })
    await expect(client.call(getTide, { params: { reef: 'lost' } })).rejects.toMatchObject({ error: 'NoSuchReef' })
  })
})

// An adapter that follows the rules of its interface passes the published suite.
blobStoreSuite('quota', async ({ now } = {}) => {
  const inner = new MemoryBlobStore(now ? { now } : {})
  const open = async () => withQuota(inner, 1_000_000_000)
  return { store: await open(), reopen: open, close: async () => undefined }
})

describe('quota-blob-store', () => {
  it('lets an account of a PDS upload what is left of its quota', async () => {
    const directory = createPlcDirectory()
    const { config } = readConfig({
      PDS_DEV_MODE: 'true',
      PDS_PORT: '0',
      PDS_INVITE_REQUIRED: 'false',
      PDS_JWT_SECRET: 'a secret of the examples',
      PDS_ADMIN_PASSWORD: 'admin of the examples',
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
      PDS_DID_PLC_URL: 'http://plc.test',
    })
    const plcFetch = (url: string | URL | Request, init?: RequestInit) => directory.fetch(new Request(url, init))
    const pds = await serveWithQuota(config, 1000, plcFetch)
    onTestFinished(() => pds.close())
    const { accessJwt } = await signUp(pds.url)
    const upload = (size: number) =>
      post(`${pds.url}/xrpc/com.atproto.repo.uploadBlob`, new Uint8Array(size).fill(size), accessJwt)
    expect((await upload(600)).status).toBe(200)
    expect(await upload(500)).toMatchObject({ status: 413 })
    expect((await upload(400)).status).toBe(200)
  })
})

describe('pds-with-method', () => {
  const noon = Date.UTC(2026, 0, 2, 12)

  it('counts what an account has seen, and refuses what nobody can have seen', async () => {
    const { pds } = await startNetwork({ pds: reefPds(() => noon) })
    const { did, accessJwt } = await signUp(pds.url)
    const see = (sighting: object) =>
      post(
        `${pds.url}/xrpc/com.atproto.repo.createRecord`,
        { repo: did, collection: 'com.example.reef.sighting', record: sighting },
        accessJwt,
      )
    const seenAt = new Date(noon).toISOString()
    for (const sighting of [{ species: 'moray eel', count: 2 }, { species: 'moray eel' }, { species: 'parrotfish' }]) {
      expect(await see({ ...sighting, seenAt })).toMatchObject({ status: 200 })
    }
    expect(await see({ species: 'shark', seenAt: new Date(noon + 1).toISOString() })).toEqual({
      status: 400,
      body: { error: 'InvalidRequest', message: 'Nobody can have seen that yet' },
    })
    expect(await see({ species: '', seenAt })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('Not a sighting: /species ') },
    })
    const client = createClient({ service: pds.url })
    const { data } = await client.call(countSpecies, { params: { did: parseDid(did) } })
    const byName = data.species.toSorted((a, b) => a.name.localeCompare(b.name))
    expect(byName).toEqual([
      { name: 'moray eel', count: 3 },
      { name: 'parrotfish', count: 1 },
    ])
    await expect(client.call(countSpecies, { params: { did: 'did:web:nobody.example' } })).rejects.toMatchObject({
      error: 'NobodyHere',
    })
  })
})

describe('service-account', () => {
  it('has an account that posts, and answers those who prove who they are', async () => {
    const network = await startNetwork()
    const { url } = network.pds
    const options = {
      pds: url,
      plcUrl: network.plcUrl,
      handle: 'tide.test',
      email: 'tide@example.com',
      password: 'secret of the tide',
      now: () => Date.UTC(2026, 0, 2),
    } as const
    const account = await openServiceAccount(options)
    onTestFinished(() => account.close())
    await account.post()
    const list = await fetch(`${url}/xrpc/com.atproto.repo.listRecords?repo=tide.test&collection=app.bsky.feed.post`)
    expect(await list.json()).toMatchObject({
      records: [{ value: { text: 'The tide in the north is at 2 m', createdAt: '2026-01-02T00:00:00.000Z' } }],
    })
    // At the next start it is the same account.
    const again = await openServiceAccount(options)
    expect(again.did).toBe(account.did)
    await again.close()

    // Somebody whose server is elsewhere.
    const keyPair = generateKeyPair('k256')
    const { did, op } = createGenesis({
      handle: 'bob.elsewhere.example',
      signingKey: keyPair.didKey(),
      rotationKeys: [keyPair.didKey()],
      pds: 'https://elsewhere.example',
      signer: keyPair,
    })
    await new PlcClient({ url: network.plcUrl, fetch: (address, init) => fetch(address, init) }).submit(did, op)
    const ask = (token?: string) =>
      account.router.fetch(
        new Request(`https://tide.example/xrpc/${getTide.nsid}?reef=north`, {
          headers: token ? { authorization: `Bearer ${token}` } : {},
        }),
      )
    const token = createServiceJwt({ iss: did, aud: account.did, lxm: getTide.nsid, keyPair })
    expect(await (await ask(token)).json()).toEqual({ metres: 2, rising: true })
    expect((await ask(token)).status).toBe(401) // each token counts once
    expect((await ask()).status).toBe(401)
  })
})
