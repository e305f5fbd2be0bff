import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { blockOf } from '@atoll/data-model'
import { type Devnet, startDevnet } from '@atoll/devnet'
import { readConfig } from '@atoll/pds'
import { createPlcDirectory } from '@atoll/plc-directory'
import { createRepo } from '@atoll/repo'
import { MemoryBlobStore } from '@atoll/storage'
import { blobStoreSuite } from '@atoll/storage/testing'
import { parseDid, parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'
import { createClient } from '@atoll/xrpc'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listRecords } from './list-records.ts'
import { serveWithQuota, withQuota } from './quota-blob-store.ts'
import { getTide, router } from './serve-method.ts'
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

describe('verify-firehose', () => {
  it('prints the verified events of a server', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'examples-'))
    const network: Devnet = await startDevnet({ dataDirectory, settings: { PDS_PORT: '0' } })
    onTestFinished(async () => {
      await network.close()
      await rm(dataDirectory, { recursive: true, force: true })
    })
    const { did } = await signUp(network.pds.url)
    const lines: string[] = []
    const abort = new AbortController()
    const print = (line: string) => {
      if (lines.push(line) === 4) abort.abort()
    }
    await verifyFirehose(network.pds.url, { plcUrl: network.plcUrl, signal: abort.signal, print })
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      `identity of ${did}: accept`,
      `account of ${did}: accept`,
      `commit of ${did}: accept`,
      // The #sync of a new account repeats its #commit.
      `of ${did}: drop, nothing is new`,
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
