import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import {
  type AnyOperation,
  cidOfOperation,
  createGenesis,
  formatDidDocument,
  PlcClient,
  type PlcOperation,
  type PlcRequestError,
  signOperation,
  tombstone,
  unsignedUpdate,
  updateOperation,
  validateLog,
} from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { createPlcDirectory } from './plc-directory.ts'
import type { PlcStore } from './plc-store.ts'

const [signing, strong, weak] = [generateKeyPair('p256'), generateKeyPair('k256'), generateKeyPair('k256')]
const hour = 60 * 60 * 1000

function genesis(signer: KeyPair = weak, handle = 'alice.test'): { did: Did; op: PlcOperation } {
  const rotationKeys = [strong, weak].map((key) => key.didKey())
  return createGenesis({ signingKey: signing.didKey(), rotationKeys, handle, pds: 'https://pds.test', signer })
}

function opened(options: { store?: PlcStore; onError?: (error: unknown) => void } = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const directory = createPlcDirectory({ ...options, now: () => clock.now })
  const get = (path: string, init?: RequestInit) => directory.fetch(new Request(`https://plc.test${path}`, init))
  const client = new PlcClient({
    url: 'https://plc.test',
    fetch: (url, init) => directory.fetch(new Request(url, init)),
  })
  return { clock, directory, get, client }
}

async function refusal(work: Promise<unknown>): Promise<[number | undefined, string]> {
  const error = (await work.then(
    () => expect.fail('it was taken'),
    (reason) => reason,
  )) as PlcRequestError
  return [error.status, error.message]
}

describe('a directory', () => {
  it('takes a new identity and shows it in every view', async () => {
    const { client, get } = opened()
    const { did, op } = genesis()
    await client.submit(did, op)
    const data = await client.getData(did)
    expect(data).toMatchObject({ did, alsoKnownAs: ['at://alice.test'] })
    expect(await client.getDocument(did)).toEqual(formatDidDocument(data!))
    expect(await client.getLog(did)).toEqual([op])
    expect(await client.getLastOp(did)).toEqual(op)
    expect(await client.getAuditLog(did)).toEqual([
      { did, operation: op, cid: cidOfOperation(op), nullified: false, createdAt: '2026-01-01T00:00:00.000Z' },
    ])
    const response = await get(`/${encodeURIComponent(did)}`)
    expect(response.headers.get('content-type')).toBe('application/did+ld+json; charset=utf-8')
    expect((await get(`/${did}/data`)).headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('follows updates, and its logs hold', async () => {
    const { client, clock } = opened()
    const { did, op } = genesis()
    await client.submit(did, op)
    const renamed = updateOperation(op, { handle: 'bob.test' }, weak)
    await client.submit(did, renamed)
    clock.now += hour
    await client.submit(did, updateOperation(op, { handle: 'alice2.test' }, strong))
    const log = await client.getAuditLog(did)
    expect(log?.map((entry) => entry.nullified)).toEqual([false, true, false])
    expect(validateLog(did, log, { now: clock.now })).toMatchObject({
      ok: true,
      value: { data: { alsoKnownAs: ['at://alice2.test'] } },
    })
    expect(await client.getLog(did)).toHaveLength(2)
  })

  it('responds 410 for a tombstone, keeps its log, and lets a stronger key undo it', async () => {
    const { client, clock, get } = opened()
    const { did, op } = genesis()
    await client.submit(did, op)
    await client.submit(did, tombstone(op, weak))
    for (const path of [`/${did}`, `/${did}/data`]) {
      const response = await get(path)
      expect([response.status, await response.json()]).toEqual([410, { message: `DID not available: ${did}` }])
    }
    expect(await client.getDocument(did)).toBeUndefined()
    expect(await client.getLastOp(did)).toMatchObject({ type: 'plc_tombstone' })
    clock.now += 72 * hour
    await client.submit(did, updateOperation(op, {}, strong))
    expect(await client.getData(did)).toBeDefined()
  })

  it('refuses a recovery after 72 hours', async () => {
    const { client, clock } = opened()
    const { did, op } = genesis()
    await client.submit(did, op)
    await client.submit(did, updateOperation(op, { handle: 'thief.test' }, weak))
    const [stolen] = (await client.getAuditLog(did))!.slice(-1)
    clock.now = Date.parse(stolen!.createdAt) + 72 * hour + 1
    expect((await refusal(client.submit(did, updateOperation(op, {}, strong))))[0]).toBe(400)
  })

  it('never gives two entries one time, or an earlier one', async () => {
    const { client, clock } = opened()
    for (const handle of ['a.test', 'b.test', 'c.test']) {
      const { did, op } = genesis(weak, handle)
      await client.submit(did, op)
      await client.submit(did, updateOperation(op, {}, weak))
      clock.now -= hour
    }
    const { get } = opened()
    expect(get).toBeDefined()
    const log = await client.getAuditLog(genesis(weak, 'c.test').did)
    expect(log?.map((entry) => entry.createdAt)).toEqual(['2026-01-01T00:00:00.004Z', '2026-01-01T00:00:00.005Z'])
  })

  it('lets exactly one of racing updates win', async () => {
    const { client } = opened()
    const { did, op } = genesis()
    await client.submit(did, op)
    const racers = Array.from({ length: 20 }, (_, i) =>
      client.submit(did, updateOperation(op, { handle: `racer${i}.test` }, weak)),
    )
    const outcomes = await Promise.allSettled(racers)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(validateLog(did, await client.getAuditLog(did))).toMatchObject({
      ok: true,
      value: { entries: { length: 2 } },
    })
  })

  it('makes one identity of a genesis that is handed in many times at once', async () => {
    const { client } = opened()
    const { did, op } = genesis()
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => client.submit(did, op)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(await client.getLog(did)).toHaveLength(1)
  })
})

describe('a directory refuses with 400 and a reason', () => {
  const { did, op } = genesis()
  const unsigned = unsignedUpdate(op, {})
  const cases: [string, unknown][] = [
    ['a DID that is not that of the genesis', { ...op, sig: genesis(strong).op.sig }],
    ['a foreign signature', signOperation(unsigned, signing)],
    [
      'the legacy form',
      signOperation(
        {
          type: 'create',
          signingKey: signing.didKey(),
          recoveryKey: strong.didKey(),
          handle: 'a.test',
          service: 'https://pds.test',
          prev: null,
        },
        strong,
      ),
    ],
    ['a predecessor that is unknown', signOperation({ ...unsigned, prev: cidOfOperation(genesis(strong).op) }, weak)],
    [
      'too many names',
      signOperation({ ...unsigned, alsoKnownAs: Array.from({ length: 11 }, (_, i) => `at://a${i}.test`) }, weak),
    ],
    ['a name twice', signOperation({ ...unsigned, alsoKnownAs: ['at://a.test', 'at://a.test'] }, weak)],
    ['a name that is too long', signOperation({ ...unsigned, alsoKnownAs: [`at://${'a'.repeat(254)}`] }, weak)],
    ['too many rotation keys', signOperation({ ...unsigned, rotationKeys: Array(11).fill(weak.didKey()) }, weak)],
    [
      'a rotation key of another kind',
      signOperation({ ...unsigned, rotationKeys: ['did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'] }, weak),
    ],
    [
      'too many services',
      signOperation(
        {
          ...unsigned,
          services: Object.fromEntries(
            Array.from({ length: 11 }, (_, i) => [`s${i}`, { type: 'T', endpoint: 'https://a.test' }]),
          ),
        },
        weak,
      ),
    ],
    [
      'a service id that is too long',
      signOperation({ ...unsigned, services: { ['s'.repeat(33)]: { type: 'T', endpoint: 'https://a.test' } } }, weak),
    ],
    [
      'a service type that is too long',
      signOperation({ ...unsigned, services: { s: { type: 'T'.repeat(257), endpoint: 'https://a.test' } } }, weak),
    ],
    [
      'an endpoint that is too long',
      signOperation({ ...unsigned, services: { s: { type: 'T', endpoint: 'x'.repeat(513) } } }, weak),
    ],
    [
      'too many keys',
      signOperation(
        {
          ...unsigned,
          verificationMethods: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, weak.didKey()])),
        },
        weak,
      ),
    ],
    [
      'a key id that is too long',
      signOperation({ ...unsigned, verificationMethods: { ['k'.repeat(33)]: weak.didKey() } }, weak),
    ],
    [
      'a key that is too long',
      signOperation({ ...unsigned, verificationMethods: { k: `did:key:z${'2'.repeat(248)}` } }, weak),
    ],
    ['something that is not a key', signOperation({ ...unsigned, verificationMethods: { k: 'did:key:m234' } }, weak)],
    [
      'an operation that is too large',
      signOperation(
        {
          ...unsigned,
          services: Object.fromEntries(
            Array.from({ length: 9 }, (_, i) => [`s${i}`, { type: 'T', endpoint: 'x'.repeat(500) }]),
          ),
        },
        weak,
      ),
    ],
    ['an unknown field', { ...op, extra: true }],
    ['a list', []],
    ['text', 'operation'],
    ['text that is not Unicode', { ...op, alsoKnownAs: ['\ud800'] }],
  ]

  it.each(cases)('%s', async (_, json) => {
    const { client } = opened()
    await client.submit(did, op)
    const [status, message] = await refusal(client.submit(did, json as AnyOperation))
    expect(status).toBe(400)
    expect(message.length).toBeGreaterThan(10)
    expect(await client.getLog(did)).toHaveLength(1)
  })

  it('a key of any other kind is taken as a verification method', async () => {
    const { client } = opened()
    await client.submit(did, op)
    const ed25519 = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    await client.submit(did, updateOperation(op, { verificationMethods: { other: ed25519 } }, weak))
    expect((await client.getDocument(did))?.verificationMethod?.[0]?.publicKeyMultibase).toBe(ed25519.slice(8))
  })
})

describe('requests', () => {
  const { did, op } = genesis()

  it.each([
    ['GET', `/${did}`, 404],
    ['GET', `/${did}/log`, 404],
    ['GET', '/did:plc:nonsense', 404],
    ['GET', '/nonsense', 404],
    ['GET', '/%ff', 400],
    ['GET', `/${did}/other`, 404],
    ['GET', `/${did}/toString`, 404],
    ['POST', '/nonsense', 404],
    ['POST', `/${did}/data`, 404],
    ['POST', `/${did}`, 400],
    ['PUT', `/${did}`, 405],
    ['GET', '/export?count=0', 400],
    ['GET', '/export?count=x', 400],
    ['GET', '/export?after=yesterday', 400],
  ])('%s %s gets %s as JSON', async (method, path, status) => {
    const { get } = opened()
    const response = await get(path, { method })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ message: expect.any(String) })
  })

  it('report health, and have no body for HEAD', async () => {
    const { get } = opened()
    expect(await (await get('/_health')).json()).toHaveProperty('version')
    const head = await get('/_health', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await get('/')).status).toBe(200)
    expect((await get('/', { method: 'OPTIONS' })).headers.get('access-control-allow-origin')).toBe('*')
  })

  it('are refused with 413 when larger than any operation', async () => {
    const { get } = opened()
    const response = await get(`/${did}`, { method: 'POST', body: JSON.stringify({ ...op, sig: 'x'.repeat(100_000) }) })
    expect([response.status, await response.json()]).toEqual([413, { message: 'request entity too large' }])
  })

  it('get no details of an internal fault, which goes to onError', async () => {
    const faults: unknown[] = []
    const fault = new Error('disk at /secret/path')
    const failing = { entries: () => Promise.reject(fault) } as unknown as PlcStore
    const { get } = opened({ store: failing, onError: (error) => faults.push(error) })
    const response = await get(`/${did}`)
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }])
    expect(faults).toEqual([fault])
  })
})

describe('the export', () => {
  async function filled() {
    const { client, get, clock } = opened()
    for (const handle of ['a.test', 'b.test', 'c.test']) {
      const { did, op } = genesis(weak, handle)
      await client.submit(did, op)
      await client.submit(did, updateOperation(op, { pds: 'https://b.test' }, weak))
      clock.now += 1000
    }
    const lines = async (query: string) => {
      const response = await get(`/export${query}`)
      expect(response.headers.get('content-type')).toBe('application/jsonlines')
      return (await response.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    }
    return lines
  }

  it('gives numbered lines after a number', async () => {
    const lines = await filled()
    const page = await lines('?after=0&count=4')
    expect(page.map((line) => line.seq)).toEqual([1, 2, 3, 4])
    expect(Object.keys(page[0]).sort()).toEqual(['cid', 'createdAt', 'did', 'operation', 'seq', 'type'])
    expect((await lines(`?after=${page.at(-1).seq}`)).map((line) => line.seq)).toEqual([5, 6])
    expect(await lines('?after=6')).toEqual([])
  })

  it('gives the older form after a time stamp, and all of it page by page', async () => {
    const lines = await filled()
    const seen = []
    for (
      let page = await lines('?count=2');
      page.length > 0;
      page = await lines(`?count=2&after=${page.at(-1).createdAt}`)
    ) {
      seen.push(...page)
    }
    expect(seen).toHaveLength(6)
    expect(Object.keys(seen[0]).sort()).toEqual(['cid', 'createdAt', 'did', 'nullified', 'operation'])
  })
})
