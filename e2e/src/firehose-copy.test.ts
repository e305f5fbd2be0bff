import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Devnet, startDevnet } from '@atoll/devnet'
import { createIdentityResolver } from '@atoll/identity'
import {
  createFirehoseConsumer,
  type FirehoseConsumer,
  type FirehoseNotice,
  identitySource,
  MemoryRepoStates,
  type Resynchronized,
  resynchronize,
} from '@atoll/sync'
import { type Did, parseDid, parseTid } from '@atoll/syntax'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

// The records of one collection, copied from the firehose of a real server as it is written to.

const collection = 'com.example.note'

let folder: string
let network: Devnet
let agent: AtpAgent
let did: Did
let consumer: FirehoseConsumer
let running: Promise<void>

const copy = new Map<string, unknown>()
const handled: string[] = []
const notices: FirehoseNotice[] = []
const states = new MemoryRepoStates()
const fetches: Resynchronized[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firehose-copy-'))
  network = await startDevnet({ dataDirectory: folder, settings: { PDS_PORT: '0' } })
  const resolver = createIdentityResolver({ plcUrl: network.plcUrl, fetch, lookupTxt: async () => [] })
  const identity = identitySource(resolver)
  consumer = createFirehoseConsumer({
    service: network.pds.url,
    start: 'oldest',
    cursorStore: { load: () => undefined, save: () => {} },
    filterCollections: [collection],
    verify: { ...identity, states, host: { url: network.pds.url, pdsOf: identity.pdsOf } },
    onEvent: (event) => {
      handled.push(`${event.kind} ${event.verdict.outcome}`)
      if (event.kind !== 'commit') return
      for (const operation of event.operations) {
        if (operation.action === 'delete') copy.delete(operation.path)
        else copy.set(operation.path, operation.value)
      }
    },
    onDesynchronized: async ({ message, verdict }, { signal }) => {
      copy.clear()
      const result = await resynchronize(message.did, {
        ...identity,
        signal,
        atLeast: verdict.state.rev,
        onRecord: ({ collection, rkey, value }) => void copy.set(`${collection}/${rkey}`, value),
      })
      fetches.push(result)
      return result.state
    },
    onNotice: (notice) => void notices.push(notice),
  })
  running = consumer.run()
  agent = new AtpAgent({ service: network.pds.url })
  await agent.createAccount({ handle: 'alice.test', email: 'alice@example.com', password: 'alice-password' })
  did = parseDid(agent.assertDid)
})

afterAll(async () => {
  await consumer.close()
  await running
  await network.close()
  await rm(folder, { recursive: true, force: true })
})

const put = (rkey: string, text: string, of = collection) =>
  agent.com.atproto.repo.putRecord({
    repo: did,
    collection: of,
    rkey,
    record: { $type: of, text },
    validate: false,
  })

const copied = (...rkeys: string[]) =>
  expect([...copy.keys()].sort()).toEqual(rkeys.map((rkey) => `${collection}/${rkey}`))

it('takes the first events of a new account without a refusal', async () => {
  await put('first', 'hello')
  await vi.waitFor(() => copied('first'), { timeout: 10_000 })
  expect(handled.slice(0, 2).sort()).toEqual(['account accept', 'identity accept'])
  expect(notices.filter(({ kind }) => kind !== 'connected' && kind !== 'unchanged')).toEqual([])
})

it('has the records of what is written, and nothing of other collections', async () => {
  await put('elsewhere', 'not wanted', 'com.example.other')
  await put('second', 'world')
  await agent.com.atproto.repo.deleteRecord({ repo: did, collection, rkey: 'first' })
  await vi.waitFor(() => copied('second'), { timeout: 10_000 })
  expect(copy.get(`${collection}/second`)).toEqual({ $type: collection, text: 'world' })
  expect(fetches).toEqual([])
})

it('fetches the repository after a gap, and goes on from there', async () => {
  const remembered = states.get(did)!
  // As if the last commits had not come.
  states.set(did, { ...remembered, state: { ...remembered.state!, rev: parseTid('2222222222222') } })
  await put('third', 'after a gap')
  await vi.waitFor(() => expect(fetches).toHaveLength(1), { timeout: 10_000 })
  expect(fetches).toMatchObject([{ outcome: 'imported', records: 3, commit: { did } }])
  await put('fourth', 'and on')
  await vi.waitFor(() => expect(copy.has(`${collection}/fourth`)).toBe(true), { timeout: 10_000 })
  expect(fetches).toHaveLength(1)
})

it('is told that the server has no such repository', async () => {
  const identity = identitySource(createIdentityResolver({ plcUrl: network.plcUrl, fetch, lookupTxt: async () => [] }))
  const result = await resynchronize('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', {
    ...identity,
    service: network.pds.url,
    onRecord: () => expect.unreachable('there is no record'),
  })
  expect(result).toMatchObject({ outcome: 'unavailable', reason: 'RepoNotFound', state: undefined })
})
