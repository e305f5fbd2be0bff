import { generateKeyPair, importKeyPair, type KeyPair } from '@atoll/crypto'
import { type Block, blockOf, cidOfRaw, decodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import { createGenesis, PlcClient, updateOperation } from '@atoll/identity/plc'
import { Mst, readRepo, signCommit, signedBy } from '@atoll/repo'
import { type Did, type Tid, TidClock } from '@atoll/syntax'
import { oddRecords } from '@atoll/testkit'
import { createServiceJwt } from '@atoll/xrpc-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'
import { carOf, type RepoFile, repoFile } from './repo-file.ts'

const service = 'did:web:localhost%3A2583'
const carType = 'application/vnd.ipld.car'

let pds: PdsUnderTest
let moved = 0
beforeAll(async () => {
  pds = await PdsUnderTest.start()
})
afterAll(() => pds.close())
afterEach(() => expect(pds.errors).toEqual([]))

interface Mover {
  did: Did
  /** The key of the server from which it comes. */
  oldKey: KeyPair
  token: string
}

/** An account that has come here, deactivated and with an empty repository. */
async function mover(): Promise<Mover> {
  const name = `mover${++moved}`
  const oldKey = generateKeyPair('k256')
  const signer = generateKeyPair('k256')
  const { did, op } = createGenesis({
    handle: `${name}.other.example`,
    signingKey: oldKey.didKey(),
    rotationKeys: [signer.didKey()],
    pds: 'https://other.example',
    signer,
  })
  await directory().submit(did, op)
  rotations.set(did, (key) => updateOperation(op, { signingKey: key.didKey() }, signer))
  const token = createServiceJwt({ iss: did, aud: service, lxm: 'com.atproto.server.createAccount', keyPair: oldKey })
  const input = { handle: `${name}.test`, email: `${name}@example.com`, password: 'password', did }
  const { status, body } = await pds.post('com.atproto.server.createAccount', input, { token })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return { did, oldKey, token: body.accessJwt }
}

const rotations = new Map<Did, (key: KeyPair) => ReturnType<typeof updateOperation>>()
const directory = () => new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch })
const send = (car: Uint8Array, { token }: { token: string }) =>
  pds.upload('com.atproto.repo.importRepo', car, carType, { token })
const fileOf = ({ did, oldKey }: Mover, records: Record<string, Value | Uint8Array>, rev?: Tid) =>
  repoFile({ did, key: oldKey, records, ...(rev ? { rev } : {}) })

const note = (n: number) => ({ $type: 'com.example.note', n })
const notes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`com.example.note/${1000 + n}`, note(n)]))

/** The records here, by path. */
async function recordsOf({ did, token }: { did: Did; token: string }): Promise<Map<string, string>> {
  const response = await pds.fetch(`/xrpc/com.atproto.sync.getRepo?did=${did}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(200)
  const verify = signedBy((await keyPairOf(did)).didKey())
  const repo = await readRepo(new Uint8Array(await response.arrayBuffer()), { did, verify })
  const found = new Map<string, string>()
  for await (const { collection, rkey, cid } of repo.records()) found.set(`${collection}/${rkey}`, String(cid))
  return found
}

const headOf = async (did: Did) => (await pds.adapters.storage.repos.head(did))!
const lastSeq = () => pds.adapters.storage.events.last()

describe('a repository that is imported', () => {
  it('has the records of the file, signed here under a rev above both, and the network is told nothing', async () => {
    const account = await mover()
    const before = [await headOf(account.did), await lastSeq()] as const
    const file = fileOf(account, notes(700))
    expect(await send(file.car, account)).toMatchObject({ status: 200, body: '' })
    const records = await recordsOf(account)
    expect(records.size).toBe(700)
    expect(records.get('com.example.note/1007')).toBe(String(blockOf(note(7)).cid))
    const { rev } = await headOf(account.did)
    expect(rev > file.rev && rev > before[0].rev).toBe(true)
    expect(await pds.adapters.storage.repos.counts(account.did)).toEqual({ blocks: file.blocks.length, records: 700 })
    expect(await lastSeq()).toBe(before[1])
  })

  it('takes the place of other records and blobs: those that are left over are gone', async () => {
    const account = await mover()
    const [old, both] = await Promise.all([upload(account, 'old'), upload(account, 'both')])
    const withBlob = (blob: Value, n: number) => ({ ...note(n), blob })
    const before = { ...notes(20), 'com.example.old/1': withBlob(old, 1), 'com.example.old/2': withBlob(both, 2) }
    await send(fileOf(account, before).car, account)
    expect(await pds.adapters.storage.blobs.counts(account.did)).toEqual({ expected: 2, imported: 2 })
    const stale = await headOf(account.did)
    const file = fileOf(account, { 'com.example.note/1003': note(33), 'com.example.new/1': withBlob(both, 3) })
    await send(file.car, account)
    const records = await recordsOf(account)
    expect([...records.keys()].sort()).toEqual(['com.example.new/1', 'com.example.note/1003'])
    expect((await headOf(account.did)).rev > stale.rev).toBe(true)
    await pds.pds.settled()
    const { blobs, imports } = pds.adapters.storage
    expect(await blobs.get(account.did, old.ref)).toBeUndefined()
    expect(await pds.adapters.blobStore.size(account.did, old.ref)).toBeUndefined()
    expect(await pds.adapters.blobStore.size(account.did, both.ref)).toBe(4)
    expect(await imports.hasDiscarded()).toBe(false)
  })

  it('is told to the network by one #sync with the rev of its commit where the account is active', async () => {
    const { did, accessJwt: token } = await pds.account('active')
    const before = await lastSeq()
    const file = repoFile({ did, key: await keyPairOf(did), records: notes(3) })
    expect((await send(file.car, { token })).status).toBe(200)
    const head = await headOf(did)
    const [event, ...others] = await pds.adapters.storage.events.page({ after: before, limit: 9 })
    expect([event?.kind, others]).toEqual(['sync', []])
    const { body } = await pds.get('com.atproto.sync.getLatestCommit', { params: { did } })
    expect(body).toEqual({ cid: String(head.cid), rev: head.rev })
    expect((await pds.postOf({ did, accessJwt: token } as never, 'and on')).uri).toContain(did)
  })

  it('may have its blocks in any order', async () => {
    const account = await mover()
    const { commit, blocks } = fileOf(account, notes(300))
    expect((await send(carOf(commit, blocks.toReversed()), account)).status).toBe(200)
    expect((await recordsOf(account)).size).toBe(300)
  })

  it('keeps records that nobody could write today, byte for byte', async () => {
    const account = await mover()
    const odd = Object.fromEntries(oddRecords.map(({ bytes }, n) => [`com.example.odd/${n}`, bytes]))
    const post = { $type: 'app.bsky.feed.post', text: 'x', createdAt: '2023-01-01T00:00:00.123456789Z' }
    const file = fileOf(account, { ...odd, 'app.bsky.feed.post/1': post })
    expect((await send(file.car, account)).status).toBe(200)
    const records = await recordsOf(account)
    expect(records.size).toBe(oddRecords.length + 1)
    for (const { bytes } of oddRecords) {
      const stored = file.blocks.find((block) => block.bytes === bytes)!
      expect(Buffer.from((await pds.adapters.storage.repos.block(account.did, stored.cid))!)).toEqual(
        Buffer.from(bytes),
      )
    }
  })

  it('is indexed by subject, so that a second like replaces an imported one', async () => {
    const account = await mover()
    const uri = `at://${account.did}/app.bsky.feed.post/1`
    const like = { $type: 'app.bsky.feed.like', subject: { uri, cid: String(cidOfRaw(new Uint8Array())) } }
    await send(
      fileOf(account, { 'app.bsky.feed.like/3jzfcijpj2z2a': { ...like, createdAt: '2026-01-01T00:00:00Z' } }).car,
      account,
    )
    const found = await pds.adapters.storage.records.bySubject(account.did, 'app.bsky.feed.like' as never, uri)
    expect(found).toEqual(['3jzfcijpj2z2a'])
  })

  it('may be signed with a key that the DID had before, or with that of this server', async () => {
    const account = await mover()
    await directory().submit(account.did, rotations.get(account.did)!(generateKeyPair('k256')))
    expect((await send(fileOf(account, notes(2)).car, account)).status).toBe(200)
    const own = repoFile({ did: account.did, key: await keyPairOf(account.did), records: notes(4) })
    expect((await send(own.car, account)).status).toBe(200)
    expect((await recordsOf(account)).size).toBe(4)
  })
})

describe('the blobs of an imported repository', () => {
  it('are listed, in pages, until they are uploaded; then they are served', async () => {
    const account = await mover()
    const texts = ['one', 'two', 'three']
    const blobs = texts.map((text) => ({ $type: 'blob', ref: rawCid(text), mimeType: 'text/plain', size: text.length }))
    const legacy = { cid: String(rawCid('legacy')), mimeType: 'image/png' }
    const records = Object.fromEntries(blobs.map((blob, n) => [`com.example.note/${n}`, { ...note(n), blob }]))
    await send(fileOf(account, { ...records, 'com.example.note/legacy': { ...note(9), legacy } }).car, account)

    const first = await missing(account, { limit: 3 })
    expect(first.body.blobs).toHaveLength(3)
    const second = await missing(account, { limit: 3, cursor: first.body.cursor })
    expect([second.body.blobs.length, second.body.cursor]).toEqual([1, undefined])
    const listed = [...first.body.blobs, ...second.body.blobs]
    expect(listed.map(({ cid }: { cid: string }) => cid).sort()).toEqual(
      [...texts, 'legacy'].map((text) => String(rawCid(text))).sort(),
    )
    const one = listed.find(({ cid }: { cid: string }) => cid === String(rawCid('one')))
    expect(one.recordUri).toBe(`at://${account.did}/com.example.note/0`)

    for (const text of [...texts, 'legacy']) await upload(account, text)
    expect((await missing(account, {})).body).toEqual({ blobs: [] })
    const response = await pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${account.did}&cid=${rawCid('two')}`, {
      headers: { authorization: `Bearer ${account.token}` },
    })
    expect([response.status, await response.text()]).toEqual([200, 'two'])
  })

  it('stay where they were uploaded before', async () => {
    const account = await mover()
    const blob = await upload(account, 'early')
    await send(fileOf(account, { 'com.example.note/1': { ...note(1), blob } }).car, account)
    expect((await missing(account, {})).body).toEqual({ blobs: [] })
    expect(await pds.adapters.blobStore.get(account.did, blob.ref)).toMatchObject({ size: 5 })
  })
})

describe('an import changes nothing', () => {
  let account: Mover
  let file: RepoFile
  beforeAll(async () => {
    account = await mover()
    await send(fileOf(account, notes(30)).car, account)
    file = fileOf(account, notes(600))
  })

  const inDays = (days: number) => new TidClock({ now: () => Date.now() + days * 86_400_000 }).next()
  const without = (wanted: (block: Block, at: number) => boolean) =>
    carOf(
      file.commit,
      file.blocks.filter((block, at) => !wanted(block, at)),
    )

  const hostile: readonly (readonly [string, () => Uint8Array | Promise<Uint8Array>, string])[] = [
    ['that is no CAR file', () => new TextEncoder().encode('<!doctype html>'), 'cannot be imported'],
    ['that is empty', () => new Uint8Array(), 'cannot be imported'],
    ['that ends in the middle of a block', () => file.car.subarray(0, file.car.length - 100), 'cannot be imported'],
    ['that ends after half of its blocks', () => carOf(file.commit, file.blocks.slice(0, 300)), 'is missing'],
    ['without its commit', () => without((_, at) => at === 0), 'is missing'],
    ['without a node', () => without((_, at) => at === 3), 'is missing'],
    ['without a record', () => without(({ cid }) => cid.equals(blockOf(note(5)).cid)), 'is missing'],
    [
      'with a block whose bytes are not those of its CID',
      () =>
        carOf(
          file.commit,
          file.blocks.map((block) => ({ ...block, bytes: block.bytes.with(-1, 255) })),
        ),
      'are not those of this CID',
    ],
    [
      'of another account',
      async () => fileOf({ ...(await mover()), oldKey: account.oldKey }, notes(3)).car,
      `not of did:plc`,
    ],
    [
      'that somebody else signed',
      () => fileOf({ ...account, oldKey: generateKeyPair('k256') }, notes(3)).car,
      'not signed',
    ],
    ['whose rev lies in the future', () => fileOf(account, notes(3), inDays(1)).car, 'in the future'],
    [
      'with a record of more than a megabyte',
      () => fileOf(account, { 'a.b.c/1': { x: 'x'.repeat(1_000_001) } }).car,
      'bytes',
    ],
    ['whose root is no commit', () => carOf(blockOf({ no: 'commit' }), [blockOf({ no: 'commit' })]), 'invalid commit'],
    ['whose tree has its keys in the wrong order', () => brokenTree(account), 'invalid tree node'],
  ]

  it.each(hostile)('for a file %s', async (_, made, message) => {
    const before = [await headOf(account.did), (await recordsOf(account)).size, await lastSeq()]
    const { status, body } = await send(await made(), account)
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'InvalidRequest' })
    expect(body.message).toContain(message)
    expect([await headOf(account.did), (await recordsOf(account)).size, await lastSeq()]).toEqual(before)
    await pds.pds.settled()
    expect(await pds.adapters.storage.imports.startedBefore('2100-01-01T00:00:00Z' as never, { limit: 9 })).toEqual([])
  })

  it('for a taken-down account, and without a token', async () => {
    const { did, token } = await mover()
    await pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { takedown: 'because' }))
    expect((await send(file.car, { token })).body.error).toBe('AccountTakedown')
    const anonymous = await pds.upload('com.atproto.repo.importRepo', file.car, carType)
    expect([anonymous.status, anonymous.body.error]).toEqual([401, 'AuthMissing'])
  })

  it('as JSON', async () => {
    const { token } = await mover()
    const { status, body } = await pds.upload('com.atproto.repo.importRepo', file.car, 'application/json', { token })
    expect([status, body.error]).toEqual([400, 'InvalidRequest'])
  })
})

describe('while an import is under way', () => {
  /**
   * Sends a file whose second half waits for `go`; `started` resolves when it has been asked for.
   */
  function halting(car: Uint8Array, { token }: { token: string }) {
    const started = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const half = Math.floor(car.length / 2)
    let pulls = 0
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (pulls++ === 0) return controller.enqueue(car.slice(0, half))
          started.resolve()
          await go.promise
          controller.enqueue(car.slice(half))
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const response = pds.fetch('/xrpc/com.atproto.repo.importRepo', {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { authorization: `Bearer ${token}`, 'content-type': carType },
    } as RequestInit)
    const answer = response.then(async (it) => ({
      status: it.status,
      message: it.status === 200 ? '' : (await it.json()).message,
    }))
    return { started: started.promise, go: () => go.resolve(), answer }
  }

  it('nothing of it is seen, and others write', async () => {
    const account = await mover()
    const halted = halting(fileOf(account, notes(1200)).car, account)
    await halted.started
    expect((await recordsOf(account)).size).toBe(0)
    const other = await pds.account('bystander')
    await pds.postOf(other, 'meanwhile')
    halted.go()
    expect(await halted.answer).toEqual({ status: 200, message: '' })
    expect((await recordsOf(account)).size).toBe(1200)
  })

  it('a write to the same repository makes it start again, and is not lost', async () => {
    const writer = await pds.account('writer')
    const account = { did: writer.did, token: writer.accessJwt }
    const halted = halting(
      repoFile({ did: writer.did, key: await keyPairOf(writer.did), records: notes(50) }).car,
      account,
    )
    await halted.started
    await pds.postOf(writer, 'written meanwhile')
    halted.go()
    expect(await halted.answer).toMatchObject({ status: 400, message: expect.stringContaining('was changed') })
    expect((await recordsOf(account)).size).toBe(1)
  })

  it('a later one of the same account takes its place', async () => {
    const account = await mover()
    const halted = halting(fileOf(account, notes(1200)).car, account)
    await halted.started
    expect((await send(fileOf(account, notes(5)).car, account)).status).toBe(200)
    halted.go()
    expect(await halted.answer).toMatchObject({ status: 400, message: expect.stringContaining('later import') })
    expect((await recordsOf(account)).size).toBe(5)
  })

  it('the account may be deleted: nothing of it comes back', async () => {
    const account = await mover()
    const halted = halting(fileOf(account, notes(1200)).car, account)
    await halted.started
    const { storage } = pds.adapters
    await storage.transact(account.did, (tx) => {
      tx.repo.delete(account.did)
      tx.accounts.delete(account.did)
    })
    halted.go()
    expect((await halted.answer).status).toBe(400)
    expect(await storage.repos.counts(account.did)).toEqual({ blocks: 0, records: 0 })
    expect(await storage.repos.head(account.did)).toBeUndefined()
    expect(await storage.imports.startedBefore('2100-01-01T00:00:00Z' as never, { limit: 9 })).toEqual([])
  })

  it('no more than two come from one network', async () => {
    const accounts = [await mover(), await mover(), await mover()] as const
    const halted = accounts.slice(0, 2).map((account) => halting(fileOf(account, notes(1200)).car, account))
    await Promise.all(halted.map(({ started }) => started))
    const third = await send(fileOf(accounts[2], notes(1)).car, accounts[2])
    expect([third.status, third.body.error, third.headers.get('retry-after')]).toEqual([
      503,
      'ServiceUnavailable',
      '30',
    ])
    for (const { go } of halted) go()
    expect((await Promise.all(halted.map(({ answer }) => answer))).map(({ status }) => status)).toEqual([200, 200])
    expect((await send(fileOf(accounts[2], notes(1)).car, accounts[2])).status).toBe(200)
  })
})

describe('the settings of imports', () => {
  it('can refuse all of them, or those of too many bytes', async () => {
    const start = (settings: Record<string, string>) => PdsUnderTest.start(settings)
    const tryOn = async (other: PdsUnderTest) => {
      const { did, accessJwt } = await other.account('alice')
      const key = generateKeyPair('k256')
      const { car } = repoFile({ did, key, records: notes(50) })
      const answer = await other.upload('com.atproto.repo.importRepo', car, carType, { token: accessJwt })
      await other.close()
      return [answer.status, answer.body.error, answer.body.message]
    }
    expect(await tryOn(await start({ PDS_ACCEPTING_REPO_IMPORTS: 'false' }))).toEqual([
      400,
      'InvalidRequest',
      'Service is not accepting repo imports',
    ])
    expect((await tryOn(await start({ PDS_MAX_REPO_IMPORT_SIZE: '2000' }))).slice(0, 2)).toEqual([
      413,
      'PayloadTooLargeError',
    ])
  })
})

async function upload({ token }: { token: string }, text: string) {
  const { status, body } = await pds.upload(
    'com.atproto.repo.uploadBlob',
    new TextEncoder().encode(text),
    'text/plain',
    { token },
  )
  expect(status).toBe(200)
  return body.blob
}

function missing({ token }: { token: string }, params: Record<string, string | number>) {
  return pds.get('com.atproto.repo.listMissingBlobs', { token, params })
}

function rawCid(text: string) {
  return cidOfRaw(new TextEncoder().encode(text))
}

async function keyPairOf(did: Did): Promise<KeyPair> {
  const key = await pds.adapters.storage.keys.signingKey(did)
  return importKeyPair(key!.curve, key!.privateKey)
}

/** A tree whose one node holds the same key twice. */
function brokenTree({ did, oldKey }: Mover): Uint8Array {
  const record = blockOf(note(1))
  const [node] = [...Mst.build([['com.example.note/1', record.cid]]).nodes()]
  const { e: entries, ...rest } = decodeCbor(node!.bytes) as ValueMap & { e: ValueMap[] }
  const again = { ...entries[0], p: 'com.example.note/1'.length, k: new Uint8Array() }
  const broken = blockOf({ ...rest, e: [...entries, again] })
  const { block } = signCommit({ did, data: broken.cid, rev: new TidClock().next() }, oldKey)
  return carOf(block, [block, broken, record])
}
