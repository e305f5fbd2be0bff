import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import { createPlcDirectory } from '@atoll/plc-directory'
import { createLog } from '@atoll/process'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'
import { type NodeServer, serveNode } from '@atoll/xrpc-server/node'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { createPds } from '../src/pds.ts'
import { environment } from './pds-under-test.ts'

let folder: string
let server: Pick<NodeServer, 'url' | 'close'>
let logged: string[]
let token: string
let did: string

const directory = createPlcDirectory()
const content = (name: string) => Buffer.from(`the bytes of ${name}`)
const blobFolder = () => join(folder, 'blobs')
const fileOf = (cid: string) => join(blobFolder(), 'blobs', encodeURIComponent(did), cid)
const blobFiles = () =>
  readdirSync(blobFolder(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atoll-restored-'))
  logged = []
  token = ''
  server = await start()
  const account = await post('com.atproto.server.createAccount', {
    handle: 'alice.test',
    email: 'alice@example.com',
    password: 'password of alice',
  })
  token = account.body['accessJwt']
  did = account.body['did']
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

/** A server on the files in the folder. */
async function start(): Promise<typeof server> {
  const { config } = readConfig(environment)
  const adapters = {
    storage: await openSqlitePdsStorage({ file: join(folder, 'pds.sqlite') }),
    blobStore: await openFsBlobStore({ dir: blobFolder() }),
    plcFetch: (url: string, init?: RequestInit) => directory.fetch(new Request(url, init)),
  }
  const log = createLog({ enabled: true, level: 'error', write: (line) => logged.push(line) })
  const pds = await createPds({ config, log, adapters })
  const host = await serveNode(pds.router, { drainTimeoutMs: 100 })
  return {
    url: host.url,
    async close() {
      await host.close()
      await pds.close()
      await adapters.storage.close()
    },
  }
}

async function call(nsid: string, init: RequestInit) {
  const response = await fetch(`${server.url}/xrpc/${nsid}`, init)
  // biome-ignore lint/suspicious/noExplicitAny: tests look into responses of every shape
  return { status: response.status, body: (await response.json()) as any }
}

function post(nsid: string, input: object) {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  return call(nsid, { method: 'POST', headers, body: JSON.stringify(input) })
}

async function upload(name: string) {
  const headers = { 'content-type': 'text/plain', authorization: `Bearer ${token}` }
  const { status, body } = await call('com.atproto.repo.uploadBlob', { method: 'POST', headers, body: content(name) })
  expect(status).toBe(200)
  return { name, blob: body.blob, cid: body.blob.ref.$link as string }
}

async function put({ name, blob }: { name: string; blob: object }, text = '') {
  const record = { $type: 'com.example.file', blob, text }
  const { status } = await post('com.atproto.repo.putRecord', {
    repo: did,
    collection: 'com.example.file',
    rkey: name,
    record,
  })
  return status
}

async function read({ cid }: { cid: string }): Promise<string> {
  const response = await fetch(`${server.url}/xrpc/com.atproto.sync.getBlob?did=${did}&cid=${cid}`)
  if (response.ok) return response.text()
  const { error } = (await response.json()) as { error: string }
  return `${response.status} ${error}`
}

const lostCids = () =>
  logged
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => /bytes of a blob are lost/.test(msg))
    .map(({ cid }) => cid)

it('serves every blob again once it is uploaded again, after a restore with a blob folder older than the database', async () => {
  const kept = await upload('kept')
  const waiting = await upload('waiting')
  expect(await put(kept)).toBe(200)
  cpSync(blobFolder(), join(folder, 'backup'), { recursive: true })

  const later = [await upload('later'), await upload('latest')]
  for (const each of [waiting, ...later]) expect(await put(each)).toBe(200)
  const unused = await upload('unused')
  await server.close()
  rmSync(blobFolder(), { recursive: true })
  cpSync(join(folder, 'backup'), blobFolder(), { recursive: true })
  server = await start()

  expect(await read(kept)).toBe('the bytes of kept')
  // It was an upload without a record when the backup was made.
  expect(await read(waiting)).toBe('the bytes of waiting')
  for (const each of [...later, ...later]) expect(await read(each)).toBe('400 BlobNotFound')
  expect(lostCids()).toEqual(later.map(({ cid }) => cid))
  // Their records can be edited meanwhile.
  for (const each of later) expect(await put(each, 'edited')).toBe(200)
  expect(await put(unused)).toBe(400)

  for (const each of [...later, unused, kept]) expect((await upload(each.name)).blob).toEqual(each.blob)
  expect(await put(unused)).toBe(200)
  for (const each of [kept, waiting, ...later, unused]) expect(await read(each)).toBe(`the bytes of ${each.name}`)
  expect(
    blobFiles()
      .map(({ name }) => name)
      .sort(),
  ).toEqual([kept, waiting, ...later, unused].map(({ cid }) => cid).sort())
  expect(existsSync(fileOf(later[0]!.cid))).toBe(true)
  expect(logged).toHaveLength(2)
})

it('serves a blob again once it is uploaded again, after its file was cut short, overwritten or removed under a running server', async () => {
  const blob = await upload('damaged')
  expect(await put(blob)).toBe(200)
  const harms: [string, () => void][] = [
    ['400 BlobNotFound', () => truncateSync(fileOf(blob.cid), 3)],
    // The size tells nothing: the bytes are not read before they are sent.
    [
      'x'.repeat(content('damaged').length),
      () => writeFileSync(fileOf(blob.cid), 'x'.repeat(content('damaged').length)),
    ],
    ['400 BlobNotFound', () => rmSync(fileOf(blob.cid))],
    ['400 BlobNotFound', () => rmSync(blobFolder(), { recursive: true })],
  ]
  for (const [damaged, harm] of harms) {
    harm()
    expect(await read(blob)).toBe(damaged)
    await upload('damaged')
    expect(await read(blob)).toBe('the bytes of damaged')
  }
  expect(blobFiles()).toHaveLength(1)
})

it('treats a blob that the restored database does not know as new, though its file is in the folder', async () => {
  const orphan = await upload('orphan')
  await server.close()
  cpSync(join(folder, 'pds.sqlite'), join(folder, 'backup.sqlite'))
  server = await start()
  expect(await put(orphan)).toBe(200)
  await server.close()
  for (const ending of ['', '-wal', '-shm']) rmSync(join(folder, `pds.sqlite${ending}`), { force: true })
  cpSync(join(folder, 'backup.sqlite'), join(folder, 'pds.sqlite'))
  server = await start()

  expect(await read(orphan)).toBe('400 BlobNotFound')
  expect((await upload('orphan')).blob).toEqual(orphan.blob)
  expect(await read(orphan)).toBe('400 BlobNotFound')
  expect(await put(orphan)).toBe(200)
  expect(await read(orphan)).toBe('the bytes of orphan')
  expect(blobFiles()).toHaveLength(1)
  expect(logged).toEqual([])
})
