/** Accounts out of service, back in it, and deleted. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { MemoryPdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const server = 'com.atproto.server'
const admin = `Basic ${Buffer.from('admin:admin-of-the-tests').toString('base64')}`
const as = (account: TestAccount) => ({ token: account.accessJwt })

/** The kinds of the events of an account in the log, with the status of `#account`. */
async function eventsOf(storage: Pick<MemoryPdsStorage, 'events'>, did: Did, after = 0): Promise<string[]> {
  const page = await storage.events.page({ after, limit: 1000 })
  return page
    .filter((event) => event.did === did)
    .map(({ kind, frame }) => {
      const [status = ''] = /deactivated|takendown|deleted/.exec(Buffer.from(frame).toString('latin1')) ?? []
      return kind === 'account' ? `account ${status || 'active'}` : kind
    })
}

describe('in memory', () => {
  const storage = new MemoryPdsStorage()
  let service: PdsUnderTest
  let ann: TestAccount
  let bea: TestAccount
  beforeAll(async () => {
    service = await PdsUnderTest.start({}, { storage })
    ann = await service.account('ann')
    bea = await service.account('bea')
  })
  afterAll(() => service.close())

  const post = (method: string, account: TestAccount, input?: { deleteAfter?: string }) =>
    service.post(`${server}.${method}`, input, as(account))

  it('takes an account out of service, and brings it back with its repository announced', async () => {
    await service.postOf(ann, 'before')
    const before = await storage.events.last()
    expect(await post('deactivateAccount', ann, { deleteAfter: '2126-01-01T01:00:00+01:00' })).toMatchObject({
      status: 200,
    })
    expect(await storage.accounts.get(ann.did)).toMatchObject({ deleteAfter: '2126-01-01T00:00:00.000Z' })
    expect((await service.get('com.atproto.sync.getRepoStatus', { params: { did: ann.did } })).body).toEqual({
      did: ann.did,
      active: false,
      status: 'deactivated',
    })
    expect((await service.get(`${server}.checkAccountStatus`, as(ann))).body).toMatchObject({
      activated: false,
      validDid: true,
      indexedRecords: 1,
      privateStateValues: 0,
      expectedBlobs: 0,
      importedBlobs: 0,
    })
    const activations = await Promise.all(Array.from({ length: 10 }, () => post('activateAccount', ann)))
    expect(activations.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await eventsOf(storage, ann.did, before)).toEqual([
      'account deactivated',
      'account active',
      'identity',
      'sync',
    ])
    const account = await storage.accounts.get(ann.did)
    expect([account?.deactivatedAt, account?.deleteAfter]).toEqual([undefined, undefined])
    await service.postOf(ann, 'after')
  })

  it('activates no account whose document leads elsewhere, or names another key', async () => {
    await post('deactivateAccount', bea, {})
    const key = await storage.keys.signingKey(bea.did)
    await storage.transact(bea.did, (tx) =>
      tx.keys.setSigningKey(bea.did, { curve: 'k256', privateKey: new Uint8Array(32).fill(7) }),
    )
    const refused = await post('activateAccount', bea)
    expect(refused).toMatchObject({
      status: 400,
      body: { message: 'DID document verification method does not match expected signing key' },
    })
    expect((await service.get(`${server}.checkAccountStatus`, as(bea))).body).toMatchObject({ validDid: false })
    await storage.transact(bea.did, (tx) => tx.keys.setSigningKey(bea.did, key!))
    expect(await post('activateAccount', bea)).toMatchObject({ status: 200 })
  })

  it('deletes an account by password and mailed code, once, and leaves one event', async () => {
    const carl = await service.account('carl')
    await service.postOf(carl, 'of carl')
    expect(await service.post(`${server}.requestAccountDelete`, undefined, as(carl))).toMatchObject({ status: 200 })
    const token = await service.codeMailedTo('carl@example.com')
    const deletion = (given: { password?: string; token?: string; did?: Did } = {}) =>
      service.post(`${server}.deleteAccount`, { did: carl.did, password: carl.password, token, ...given })
    const wrong = { status: 401, body: { error: 'AuthenticationRequired', message: 'Invalid did or password' } }
    expect(await deletion({ password: 'wrong' })).toMatchObject(wrong)
    expect(await deletion({ did: 'did:plc:nobodynobodynobodynobody' })).toMatchObject(wrong)
    expect(await deletion({ token: 'AAAAA-BBBBB' })).toMatchObject({ status: 400, body: { error: 'InvalidToken' } })
    // The code works while the account is taken down.
    await storage.transact(carl.did, (tx) => tx.accounts.update(carl.did, { takedown: 'because' }))
    const outcomes = await Promise.all([deletion(), deletion(), deletion()])
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await eventsOf(storage, carl.did)).toEqual(['account deleted'])
    for (const [method, params] of [
      ['com.atproto.sync.getRepo', { did: carl.did }],
      ['com.atproto.sync.getRepoStatus', { did: carl.did }],
      ['com.atproto.repo.describeRepo', { repo: carl.did }],
      ['com.atproto.identity.resolveHandle', { handle: 'carl.test' }],
    ] as const) {
      expect((await service.get(method, { params })).status, method).toBe(400)
    }
    expect(await service.get(`${server}.getSession`, as(carl))).toMatchObject({ status: 400 })
    // The handle and the address are free at once.
    expect((await service.account('carl')).did).not.toBe(carl.did)
    await service.pds.settled()
    expect(await storage.state.list('erasures')).toEqual([])
  })

  it('deletes for the administrator, and breaks off an export that somebody is reading', async () => {
    const dora = await service.account('dora')
    const writes = Array.from({ length: 200 }, (_, n) => ({
      $type: 'com.atproto.repo.applyWrites#create',
      collection: 'a.b.c',
      value: { $type: 'a.b.c', text: `${n}`.repeat(300) },
    }))
    for (let n = 0; n < 2; n++) {
      await service.post('com.atproto.repo.applyWrites', { repo: dora.did, writes }, as(dora))
    }
    const response = await service.fetch(`/xrpc/com.atproto.sync.getRepo?did=${dora.did}`)
    const reader = response.body!.getReader()
    await reader.read()
    const remove = () =>
      service.post('com.atproto.admin.deleteAccount', { did: dora.did }, { headers: { authorization: admin } })
    expect(await remove()).toMatchObject({ status: 200 })
    expect(await remove()).toMatchObject({
      status: 400,
      body: { error: 'NotFound', message: 'Could not find account' },
    })
    await expect(
      (async () => {
        for (;;) if ((await reader.read()).done) return
      })(),
    ).rejects.toThrow()
    expect(await eventsOf(storage, dora.did)).toEqual(['account deleted'])
  })
})

describe('on disk', () => {
  const marker = 'xq7marker'

  /** The files under the folder in which the marker is. */
  const filesWith = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(folder, name))
      .filter((file) => statSync(file).isFile() && readFileSync(file, 'latin1').includes(marker))

  it('leaves no byte of a deleted account in any file', async () => {
    const files = await filesOfAMoment()
    const { storage } = files.adapters
    const service = await PdsUnderTest.start({}, files.adapters)
    const found = () => filesWith(files.folder)
    const other = await service.account('otto')
    const gone = await service.account(marker)
    await storage.transact(gone.did, (tx) => tx.accounts.setPreferences(gone.did, JSON.stringify([{ marker }])))
    const upload = (text: string) =>
      service.upload('com.atproto.repo.uploadBlob', Buffer.from(text), 'text/plain', as(gone))
    const { body } = await upload(`${marker} referred to`)
    await upload(`${marker} temporary`)
    const record = { $type: 'a.b.c', blob: body.blob }
    await service.post('com.atproto.repo.createRecord', { repo: gone.did, collection: 'a.b.c', record }, as(gone))
    for (let n = 0; n < 20; n++) {
      await service.postOf(gone, `${marker} ${n}`)
      await service.postOf(other, `somebody else's ${n}`)
    }
    await service.post(`${server}.requestAccountDelete`, undefined, as(gone))
    const token = await service.codeMailedTo(`${marker}@example.com`)
    expect(found().length).toBeGreaterThan(2)
    const deletion = { did: gone.did, password: gone.password, token }
    expect(await service.post(`${server}.deleteAccount`, deletion)).toMatchObject({ status: 200 })
    await service.pds.settled()
    expect(found()).toEqual([])
    expect(await storage.state.list('erasures')).toEqual([])
    expect((await storage.repos.counts(other.did)).records).toBe(20)
    await service.close()
    files.remove()
  })
})
