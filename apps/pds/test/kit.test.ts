import { generateKeyPair, importKeyPair } from '@atoll/crypto'
import { document, query } from '@atoll/lexicon'
import { describeServer } from '@atoll/lexicons/com.atproto.server'
import { createLog } from '@atoll/process'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import type { AtUri } from '@atoll/syntax'
import { parseDid, parseNsid, parseRecordKey } from '@atoll/syntax'
import { createServiceJwt, type Route, route } from '@atoll/xrpc-server'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import type { PdsAccess } from '../src/kit/pds-access.ts'
import type { PdsOptions } from '../src/options.ts'
import { createPds } from '../src/pds.ts'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { environment, PdsUnderTest } from './pds-under-test.ts'

const note = parseNsid('com.example.note')
const log = createLog({ enabled: false, level: 'error' })

let pds: PdsUnderTest
afterEach(() => pds?.close())

const start = async (kit: Pick<PdsOptions, 'routes' | 'replaces' | 'fallback' | 'hooks'>, settings = {}) => {
  pds = await PdsUnderTest.start(settings, {}, kit)
  return pds
}

const whoAmI = query<Record<never, never>, { did: string }, 'NobodyKnows'>(
  document(
    'com.example.whoAmI',
    JSON.stringify({
      main: {
        type: 'query',
        output: {
          encoding: 'application/json',
          schema: { type: 'object', required: ['did'], properties: { did: { type: 'string', format: 'did' } } },
        },
        errors: [{ name: 'NobodyKnows' }],
      },
    }),
  ),
)

describe('own routes', () => {
  it('are served beside those of the PDS, to the callers that they name', async () => {
    await start({
      routes: (_, may) => [route(whoAmI, may.account, ({ credentials }) => ({ did: credentials.did }))],
    })
    const alice = await pds.account('alice')
    expect((await pds.get('com.example.whoAmI', { token: alice.accessJwt })).body).toEqual({ did: alice.did })
    expect((await pds.get('com.example.whoAmI')).status).toBe(401)
    expect((await pds.get('com.atproto.server.describeServer')).status).toBe(200)
  })

  it('take service tokens for themselves, each once', async () => {
    await start({
      routes: (_, may) => [route(whoAmI, may.service, ({ credentials }) => ({ did: credentials.did }))],
    })
    const alice = await pds.account('alice')
    const stored = (await pds.adapters.storage.keys.signingKey(alice.did))!
    const token = (lxm: string, keyPair = importKeyPair(stored.curve, stored.privateKey)) =>
      createServiceJwt({ iss: alice.did, aud: 'did:web:localhost%3A2583', lxm, keyPair })
    const good = token(whoAmI.nsid)
    expect((await pds.get(whoAmI.nsid, { token: good })).body).toEqual({ did: alice.did })
    expect((await pds.get(whoAmI.nsid, { token: good })).status).toBe(401)
    expect((await pds.get(whoAmI.nsid, { token: token('com.example.other') })).body.error).toBe('BadJwtLexiconMethod')
    const forged = token(whoAmI.nsid, generateKeyPair('k256'))
    expect((await pds.get(whoAmI.nsid, { token: forged })).body.error).toBe('BadJwtSignature')
  })

  const ownDescribe = (_: unknown, may: PdsAccess): Route[] => [
    route(describeServer, may.anyone, () => ({ did: parseDid('did:web:mine.example'), availableUserDomains: [] })),
  ]

  it('replace a method of the PDS only if that is said', async () => {
    await expect(start({ routes: ownDescribe })).rejects.toThrow(
      'com.atproto.server.describeServer is served already: to serve it with the own route instead, list com.atproto.server.describeServer in `replaces`',
    )
    await start({ routes: ownDescribe, replaces: [describeServer.nsid] })
    expect((await pds.get(describeServer.nsid)).body.did).toBe('did:web:mine.example')
  })

  it('must be there for what `replaces` names, and so must a method of the PDS', async () => {
    await expect(start({ replaces: [describeServer.nsid] })).rejects.toThrow('`routes` has no route of')
    await expect(
      start({
        routes: (_, may) => [route(whoAmI, may.anyone, () => ({ did: 'did:web:a.example' }))],
        replaces: [whoAmI.nsid],
      }),
    ).rejects.toThrow('`replaces` names com.example.whoAmI, which this server does not serve itself')
  })

  it('that declare a method twice are an error', async () => {
    await expect(
      start({
        routes: (_, may) => [
          route(whoAmI, may.anyone, () => ({ did: 'did:web:a.example' })),
          route(whoAmI, may.anyone, () => ({ did: 'did:web:b.example' })),
        ],
      }),
    ).rejects.toThrow('com.example.whoAmI is declared twice')
  })
})

describe('the fallback', () => {
  it('takes what neither a method nor a page of the PDS does', async () => {
    await start({
      fallback: async (request, { nsid, ip }) => {
        const url = new URL(request.url)
        if (nsid === undefined && url.pathname !== '/about') return undefined
        const text = `${request.method} ${url} ${nsid} ${ip} ${await request.text()}`
        return new Response(text, {
          status: 203,
          headers: [
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ],
        })
      },
    })
    const about = await pds.fetch('/about?x=1', { method: 'POST', body: 'hello' })
    expect(about.status).toBe(203)
    expect(await about.text()).toBe('POST http://localhost:2583/about?x=1 undefined 127.0.0.1 hello')
    expect(about.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    const foreign = await pds.fetch('/xrpc/app.bsky.feed.getTimeline')
    expect(await foreign.text()).toContain('app.bsky.feed.getTimeline')
    expect((await pds.fetch('/nowhere')).status).toBe(404)
    expect(await (await pds.fetch('/robots.txt')).text()).not.toContain('GET')
    expect((await pds.get('com.atproto.server.describeServer')).body.did).toBe('did:web:localhost%3A2583')
  })

  it('that fails is a fault of the server', async () => {
    await start({
      fallback: () => {
        throw new Error('the site is broken')
      },
    })
    expect((await pds.fetch('/about')).status).toBe(500)
    expect(pds.errors.join()).toContain('the site is broken')
  })
})

describe('adapters', () => {
  const plcFetch = async () => new Response(null, { status: 404 })

  it('that are given stay open: whoever opened them closes them', async () => {
    const files = await filesOfAMoment()
    const { config } = readConfig(environment)
    const given = await createPds({ config, log, adapters: { ...files.adapters, plcFetch } })
    await given.close()
    const { storage } = files.adapters
    expect(await storage.accounts.count()).toBe(0)
    await storage.close()
    files.remove()
  })

  it('that are not given are opened from the settings, and closed', async () => {
    const files = await filesOfAMoment()
    await files.adapters.storage.close()
    const { config } = readConfig({ ...environment, PDS_DATA_DIRECTORY: files.folder })
    // The database can be opened again, because nobody has it any more.
    for (let round = 0; round < 2; round++) {
      const opened = await createPds({ config, log, adapters: { blobStore: new MemoryBlobStore(), plcFetch } })
      expect(await opened.services.accounts.count()).toBe(0)
      await opened.close()
    }
    // The same after a start that failed behind the storage.
    for (let round = 0; round < 2; round++) {
      await expect(createPds({ config, log, replaces: ['com.example.none'] })).rejects.toThrow('com.example.none')
    }
    files.remove()
  })

  it('alone make a PDS that opens no file', async () => {
    const { config } = readConfig({ ...environment, PDS_DATA_DIRECTORY: '/proc/no/such/folder' })
    const storage = new MemoryPdsStorage()
    const inMemory = await createPds({ config, log, adapters: { storage, blobStore: new MemoryBlobStore() } })
    await inMemory.close()
  })
})

describe('the services', () => {
  it('find accounts, without what is secret', async () => {
    await start({})
    const { did, handle } = await pds.account('alice')
    const { accounts } = pds.pds.services
    const found = await accounts.find('alice.test')
    expect(found).toEqual({ did, handle, email: 'alice@example.com', createdAt: expect.any(String), status: 'active' })
    expect(await accounts.find(did)).toEqual(found)
    expect(await accounts.find('bob.test')).toBeUndefined()
    expect(await accounts.count()).toBe(1)
  })

  it('read and write records, as the methods do', async () => {
    await start({})
    const { did, accessJwt: token } = await pds.account('alice')
    const { repos } = pds.pds.services
    const self = parseRecordKey('self')
    const created = await repos.createRecord(did, { collection: note, value: { text: 'one' } })
    expect(created.uri).toBe(`at://${did}/com.example.note/${created.rkey}`)
    const { body } = await pds.get('com.atproto.repo.getRecord', {
      params: { repo: did, collection: note, rkey: created.rkey },
    })
    expect(body).toMatchObject({ cid: created.cid.toString(), value: { $type: note, text: 'one' } })

    const put = await repos.putRecord(did, { collection: note, rkey: self, value: { text: 'two' } })
    expect(put.commit?.rev).toBeTypeOf('string')
    const again = await repos.putRecord(did, { collection: note, rkey: self, value: { text: 'two' } })
    expect(again.commit).toBeUndefined()

    const stored = await repos.getRecord(did, note, self)
    expect(stored).toMatchObject({ uri: `at://${did}/com.example.note/self` as AtUri, value: { text: 'two' } })
    expect(stored?.cid.equals(put.cid)).toBe(true)
    expect((await repos.listRecords(did, note)).map(({ value }) => value['text'])).toEqual(['two', 'one'])
    expect((await repos.listRecords(did, note, { reverse: true, limit: 1 })).map(({ rkey }) => rkey)).toEqual([
      created.rkey,
    ])
    expect(await repos.listRecords(did, note, { cursor: created.rkey })).toEqual([])

    const all = await repos.applyWrites(did, [
      { action: 'delete', collection: note, rkey: created.rkey },
      { action: 'update', collection: note, rkey: self, value: { text: 'three' } },
      { action: 'create', collection: note, value: { text: 'four' } },
    ])
    expect(all?.rev).toBeTypeOf('string')
    expect((await repos.listRecords(did, note)).map(({ value }) => value['text'])).toEqual(['three', 'four'])
    expect(await repos.deleteRecord(did, { collection: note, rkey: self })).toMatchObject({ rev: expect.any(String) })
    expect(await repos.deleteRecord(did, { collection: note, rkey: self })).toBeUndefined()
    expect(await repos.getRecord(did, note, self)).toBeUndefined()
    const list = await pds.get('com.atproto.repo.listRecords', { token, params: { repo: did, collection: note } })
    expect(list.body.records).toHaveLength(1)
  })

  it('refuse what methods refuse', async () => {
    await start({})
    const { did } = await pds.account('alice')
    const { repos } = pds.pds.services
    const collection = parseNsid('app.bsky.feed.post')
    const written = await repos.createRecord(did, { collection: note, value: {} })
    const writes: [Promise<unknown>, string][] = [
      [repos.createRecord(did, { collection, value: { text: 1 } }), 'InvalidRequest'],
      [repos.createRecord(did, { collection: note, value: {} }, { validate: true }), 'InvalidRequest'],
      [repos.createRecord(did, { collection: note, rkey: written.rkey, value: {} }), 'RecordAlreadyExists'],
      [repos.createRecord(did, { collection: note, value: {} }, { swapCommit: written.cid }), 'InvalidSwap'],
      [repos.createRecord('did:web:nobody.example', { collection: note, value: {} }), 'RepoNotFound'],
      [repos.getRecord('did:web:nobody.example', note, written.rkey), 'InvalidRequest'],
    ]
    for (const [write, error] of writes) await expect(write).rejects.toMatchObject({ error })
  })

  it('follow the events from any cursor, the new ones included', async () => {
    await start({})
    const { did } = await pds.account('alice')
    const { events, repos } = pds.pds.services
    const stop = new AbortController()
    const kinds: string[] = []
    const following = (async () => {
      for await (const event of events.follow({ cursor: 0, signal: stop.signal })) {
        if (kinds.push(event.kind) === 4) await repos.createRecord(did, { collection: note, value: {} })
        if (kinds.length === 5) stop.abort()
      }
    })()
    await following
    expect(kinds).toEqual(['identity', 'account', 'commit', 'sync', 'commit'])
    const last = await events.last()
    await expect(
      events
        .follow({ cursor: last + 1 })
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow(/cursor/i)
  })

  it('follow from the log what is more than waits for a subscriber', async () => {
    await start({}, { PDS_MAX_SUBSCRIPTION_BUFFER: '1' })
    const { did } = await pds.account('alice')
    const { events, repos } = pds.pds.services
    const cursor = await events.last()
    const iterator = events.follow({ cursor })[Symbol.asyncIterator]()
    const write = (text: string) => repos.createRecord(did, { collection: note, value: { text } })
    const first = iterator.next()
    const revs = [await write('a'), await write('b'), await write('c'), await write('d')].map(
      ({ commit }) => commit?.rev,
    )
    const seen = [await first]
    while (seen.length < 4) seen.push(await iterator.next())
    expect(seen.map(({ value }) => value.body.rev)).toEqual(revs)
    await iterator.return?.()
  })
})
