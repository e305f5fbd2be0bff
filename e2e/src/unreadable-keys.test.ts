import { type Block, blockOf } from '@atoll/data-model'
import { createPds, type Pds, readConfig } from '@atoll/pds'
import { createPlcDirectory } from '@atoll/plc-directory'
import { createLog } from '@atoll/process'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { parseDid, parseNsid, parseRecordKey } from '@atoll/syntax'
import { AtpAgent } from '@atproto/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

// Records with the key `__proto__`, which the data model can hold, read with the official client.

const collection = 'com.example.note'
const service = 'http://localhost:2583'

let storage: MemoryPdsStorage
let pds: Pds
let alice: AtpAgent
beforeEach(async () => {
  storage = new MemoryPdsStorage()
  const directory = createPlcDirectory()
  const { config } = readConfig({
    PDS_DEV_MODE: 'true',
    PDS_INVITE_REQUIRED: 'false',
    PDS_JWT_SECRET: 'secret of the end-to-end tests',
    PDS_ADMIN_PASSWORD: 'password of the end-to-end tests',
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
    PDS_DID_PLC_URL: 'http://plc.test',
  })
  const plcFetch = (url: string, init?: RequestInit) => directory.fetch(new Request(url, init))
  const log = createLog({ enabled: false, level: 'error', write: () => {} })
  pds = await createPds({ config, log, adapters: { storage, blobStore: new MemoryBlobStore(), plcFetch } })
  alice = new AtpAgent({ service, fetch: (input, init) => pds.router.fetch(new Request(input, init)) })
  await alice.createAccount({ handle: 'alice.test', email: 'alice@example.com', password: 'alice-password' })
})
afterEach(() => pds.close())

/** Stores a record without any check, as an import may. */
async function bring(rkey: string, block: Block): Promise<void> {
  const did = parseDid(alice.assertDid)
  const head = (await storage.repos.head(did))!
  const record = { collection: parseNsid(collection), rkey: parseRecordKey(rkey), cid: block.cid }
  await storage.transact(did, (tx) =>
    tx.repo.apply({ did, prev: head, head, added: [block], removed: [], records: [record], blobs: [] }),
  )
}

const hidden = (value: object): Block => blockOf(JSON.parse(JSON.stringify(value).replaceAll('hidden', '__proto__')))

describe('the official client', () => {
  it.each([
    ['at the top', { $type: collection, hidden: { a: 1 } }],
    ['further down', { $type: collection, a: [{ hidden: 'x' }] }],
  ])('reads a page with a record that has the key %s, but for that record', async (_, value) => {
    const odd = hidden(value)
    expect(Buffer.from(odd.bytes).includes('__proto__')).toBe(true)
    const repo = alice.assertDid
    for (const rkey of ['a', 'c']) await alice.com.atproto.repo.createRecord({ repo, collection, rkey, record: {} })
    await bring('b', odd)
    await bring('d', odd)

    const page = await alice.com.atproto.repo.listRecords({ repo, collection })
    expect(page.data.records.map(({ uri }) => uri.split('/').at(-1))).toEqual(['c', 'a'])
    const first = await alice.com.atproto.repo.listRecords({ repo, collection, limit: 2 })
    const second = await alice.com.atproto.repo.listRecords({ repo, collection, limit: 2, cursor: first.data.cursor })
    expect([first, second].flatMap(({ data }) => data.records).map(({ uri }) => uri.split('/').at(-1))).toEqual([
      'c',
      'a',
    ])

    await expect(alice.com.atproto.repo.getRecord({ repo, collection, rkey: 'b' })).rejects.toThrow(
      'Record has no form in JSON',
    )
    const listed = await fetchJson(`com.atproto.repo.listRecords?repo=${repo}&collection=${collection}`)
    expect(listed).not.toContain('__proto__')
  })
})

async function fetchJson(path: string): Promise<string> {
  const response = await pds.router.fetch(new Request(`${service}/xrpc/${path}`))
  return response.text()
}
