import { cidOfRaw } from '@atoll/data-model'
import type { BlobStream } from '@atoll/storage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BlobQuotas } from '../src/blobs/blob-quotas.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const quota = 1000
const admin = { headers: { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` } }
let pds: PdsUnderTest
let [alice, bob]: TestAccount[] = []

beforeAll(async () => {
  pds = await PdsUnderTest.start({ PDS_BLOB_QUOTA_BYTES: `${quota}` })
  alice = await pds.account('alice')
  bob = await pds.account('bob')
})
afterAll(() => pds.close())

const bytes = (size: number, fill = 'a') => Buffer.alloc(size, fill)
const upload = (account: TestAccount, content: Uint8Array, headers: Record<string, string> = {}) =>
  pds.upload('com.atproto.repo.uploadBlob', content, 'text/plain', { token: account.accessJwt, headers })
const usage = async (did?: string) =>
  (await pds.get('dev.atoll.admin.getBlobUsage', { ...admin, params: did ? { did } : {} })).body
const setQuota = (did: string, of?: number) =>
  pds.post('dev.atoll.admin.setBlobQuota', of === undefined ? { did } : { did, bytes: of }, admin)

describe('quotas of blobs', () => {
  it('hold for each account, and count what it has once', async () => {
    expect((await upload(alice!, bytes(600))).status).toBe(200)
    expect(await usage(alice!.did)).toEqual({ blobs: 1, bytes: 600, quota })
    const { status, body } = await upload(alice!, bytes(401, 'b'))
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'BlobQuotaExceeded' })
    expect(body.message).toMatch(/at most 1000 bytes in all/)
    expect((await upload(alice!, bytes(400, 'c'))).status).toBe(200)
    expect((await upload(bob!, bytes(1000))).status).toBe(200)
    expect(await usage()).toEqual({ accounts: 2, blobs: 3, bytes: 2000 })
  })

  it('refuse before any byte is stored what says that it is too large, and else where it becomes so', async () => {
    await setQuota(bob!.did, 1500)
    const stored: number[] = []
    const store = pds.adapters.blobStore
    const receive = store.upload.bind(store)
    store.upload = (did, stream, options) => {
      stored.push(0)
      const watched = async function* () {
        for await (const chunk of stream) {
          stored[stored.length - 1]! += chunk.length
          yield chunk
        }
      }
      return receive(did, watched() as BlobStream, options)
    }
    expect((await upload(bob!, bytes(501, 'd'), { 'content-length': '501' })).body.error).toBe('BlobQuotaExceeded')
    expect(stored).toEqual([])
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let n = 0; n < 6; n++) controller.enqueue(bytes(100, `${n}`))
        controller.close()
      },
    })
    const response = await pds.fetch('/xrpc/com.atproto.repo.uploadBlob', {
      method: 'POST',
      body: chunked,
      duplex: 'half',
      headers: { authorization: `Bearer ${bob!.accessJwt}`, 'content-type': 'text/plain' },
    } as RequestInit)
    expect(await response.json()).toMatchObject({ error: 'BlobQuotaExceeded' })
    expect(stored).toEqual([500])
    store.upload = receive
    expect(await usage(bob!.did)).toMatchObject({ bytes: 1000 })
    expect(await store.size(bob!.did, cidOfRaw(bytes(501, 'd')))).toBeUndefined()
  })

  it('hold under races: of ten uploads for which there is room for three, three are taken', async () => {
    await setQuota(bob!.did, 1300)
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => upload(bob!, bytes(100, `${n}`))))
    const { bytes: total } = await usage(bob!.did)
    expect(total).toBe(1000 + 100 * answers.filter(({ status }) => status === 200).length)
    expect(total).toBeLessThanOrEqual(1300)
    expect(answers.filter(({ status, body }) => status !== 200 && body.error !== 'BlobQuotaExceeded')).toEqual([])
    // What was refused has left nothing behind that would count.
    for (let n = 0; n < 10; n++) await upload(bob!, bytes(100, `${n}`))
    expect(await usage(bob!.did)).toMatchObject({ bytes: 1300, quota: 1300 })
  })

  it('of one account can be set and lifted by the administrator alone', async () => {
    const denied = await pds.post(
      'dev.atoll.admin.setBlobQuota',
      { did: bob!.did, bytes: 1 },
      { token: bob!.accessJwt },
    )
    expect(denied.status).toBe(401)
    expect((await setQuota(alice!.did, 0)).status).toBe(200)
    expect(await usage(alice!.did)).toEqual({ blobs: 2, bytes: 1000, quota: 0 })
    expect((await upload(alice!, bytes(1, 'z'))).body.error).toBe('BlobQuotaExceeded')
    expect((await setQuota(alice!.did)).status).toBe(200)
    expect(await usage(alice!.did)).toMatchObject({ quota })
    for (const answer of [await setQuota('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 1)]) {
      expect(answer.body).toEqual({ error: 'NotFound', message: 'Could not find account' })
    }
  })
})

describe('administrators', () => {
  it('see which accounts store most, in pages', async () => {
    const list = async (params: Record<string, string | number>) =>
      (await pds.get('dev.atoll.admin.listBlobUsage', { ...admin, params })).body
    const { accounts, cursor } = await list({ limit: 1 })
    expect(accounts).toEqual([{ did: bob!.did, blobs: 4, bytes: 1300 }])
    expect(await list({ cursor })).toEqual({ accounts: [{ did: alice!.did, blobs: 2, bytes: 1000 }] })
    expect(await list({ cursor: 'x' })).toMatchObject({ error: 'InvalidRequest' })
  })

  it('see which records use a blob, in pages; the usage shrinks with the last of them', async () => {
    await setQuota(alice!.did, 2000)
    const { body } = await upload(alice!, bytes(600))
    const record = { repo: alice!.did, collection: 'com.example.thing' }
    const token = { token: alice!.accessJwt }
    for (const rkey of ['one', 'two']) {
      await pds.post('com.atproto.repo.putRecord', { ...record, rkey, record: { blob: body.blob } } as never, token)
    }
    const uses = async (params: Record<string, string | number> = {}) =>
      (
        await pds.get('dev.atoll.admin.listBlobUses', {
          ...admin,
          params: { did: alice!.did, cid: `${body.blob.ref}`, ...params },
        })
      ).body
    const uriOf = (rkey: string) => `at://${alice!.did}/com.example.thing/${rkey}`
    const first = await uses({ limit: 1 })
    expect(first.uris).toEqual([uriOf('one')])
    expect(await uses({ cursor: first.cursor })).toEqual({ uris: [uriOf('two')] })
    expect(await uses({ cursor: 'x' })).toMatchObject({ error: 'InvalidRequest' })
    for (const rkey of ['one', 'two']) await pds.post('com.atproto.repo.deleteRecord', { ...record, rkey }, token)
    await pds.pds.settled()
    expect(await uses()).toEqual({ uris: [] })
    expect(await usage(alice!.did)).toMatchObject({ blobs: 1, bytes: 400 })
  })

  it('are told that there is no such account', async () => {
    const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
    const cid = `${cidOfRaw(bytes(1))}`
    for (const answer of [
      await pds.get('dev.atoll.admin.getBlobUsage', { ...admin, params: { did } }),
      await pds.get('dev.atoll.admin.listBlobUses', { ...admin, params: { did, cid } }),
    ]) {
      expect(answer.body).toEqual({ error: 'NotFound', message: 'Could not find account' })
    }
  })
})

it('counts what arrives for an account from several clients at once', async () => {
  const quotas = new BlobQuotas({ storage: pds.adapters.storage, quota: 100 })
  const stream = async function* (): AsyncIterable<Uint8Array> {
    for (let n = 0; n < 3; n++) yield bytes(30)
  }
  const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
  const [one, two] = [await quotas.begin(did, stream(), undefined), await quotas.begin(did, stream(), undefined)]
  for await (const _ of one.bytes);
  const reading = (async () => {
    for await (const _ of two.bytes);
  })()
  await expect(reading).rejects.toMatchObject({ error: 'BlobQuotaExceeded' })
  await expect(quotas.begin(did, stream(), undefined)).rejects.toMatchObject({ error: 'BlobQuotaExceeded' })
  one.end()
  two.end()
  await expect(quotas.begin(did, stream(), 100)).resolves.toBeDefined()
})
