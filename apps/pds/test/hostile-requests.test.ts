import type { StringFormat } from '@atoll/lexicon'
import { lexicons } from '@atoll/lexicons'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Adapters } from '../src/adapters.ts'
import { routes } from '../src/routes.ts'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { type HostileRequest, hostileRequests } from './hostile-requests.ts'
import { PdsUnderTest } from './pds-under-test.ts'

/**
 * More of them for a longer hunt: `HOSTILE_RUNS=5000 HOSTILE_SEED=7 npm test --
 * apps/pds/test/hostile-requests.test.ts`.
 */
const numRuns = Number(process.env['HOSTILE_RUNS'] ?? 60)
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)

/**
 * Names that a method need not declare: those of the protocol itself, of sessions and of accounts.
 */
const general = new Set([
  ...[
    'InvalidRequest',
    'AuthMissing',
    'AuthenticationRequired',
    'InvalidToken',
    'ExpiredToken',
    'MethodNotImplemented',
  ],
  ...['PayloadTooLargeError', 'NotAcceptable', 'NotFound', 'RepoNotFound', 'BlobNotFound', 'AccountNotFound'],
  ...[
    'InvalidHandle',
    'HandleNotAvailable',
    'UnsupportedDomain',
    'BadJwt',
    'BadJwtType',
    'UntrustedIss',
    'InvalidMimeType',
    'InvalidSize',
  ],
])

let pds: PdsUnderTest
let known: { [format in StringFormat]?: readonly string[] }
let tokens: readonly string[]

/** A server with two accounts, and what there is to know of it. */
async function start(adapters: Partial<Adapters>): Promise<void> {
  // Wrong passwords of the administrator are among the requests to every method.
  pds = await PdsUnderTest.start({}, adapters, {}, { pause: async () => {} })
  const [alice, bob] = [await pds.account('alice'), await pds.account('bob')]
  const { uri, cid, rkey } = await pds.postOf(alice, 'to be kept')
  await pds.postOf(bob, 'as well')
  const rev = (await pds.adapters.storage.repos.head(alice.did))!.rev
  known = {
    did: [alice.did, bob.did, 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'],
    handle: [alice.handle, 'nobody.test', 'new-name.test'],
    'at-identifier': [alice.did, alice.handle, bob.did],
    nsid: ['app.bsky.feed.post', 'app.bsky.actor.profile', 'com.example.thing', 'app.bsky.feed.like'],
    'record-key': [rkey, 'self', 'x', 'any~key'],
    cid: [cid, 'bafkreifbopnf6ycpyfvikrfdsdgoxu2o2bjfzgqvumbc47jegy5tlhavny'],
    tid: [rev, rkey, '3jzfcijpj2z2a'],
    'at-uri': [uri],
    datetime: ['2026-01-02T03:04:05.678Z'],
  }
  const { accessJwt, refreshJwt } = alice
  const bearers = [...Array(7).fill(accessJwt), refreshJwt, refreshJwt, bob.accessJwt].map((token) => `Bearer ${token}`)
  tokens = [...bearers, `Basic ${btoa('admin:admin-of-the-tests')}`]
}

/** Everything that a refused request must leave as it is. */
async function fingerprint(): Promise<unknown> {
  const { repos, events, accounts } = pds.adapters.storage
  const all = await repos.list({ limit: 1000 })
  const heads = all.items.map(({ did, head, status }) => `${did} ${head} ${status}`)
  return { heads, last: await events.last(), accounts: await accounts.count() }
}

let sent = 0

async function send({ path, method, headers, body }: HostileRequest): Promise<{ status: number; text: string }> {
  // Each from a network of its own: wrong passwords of the administrator would shut the only one.
  const from = { 'x-forwarded-for': `2001:db8:${(sent >> 16).toString(16)}:${(sent++ & 0xffff).toString(16)}::1` }
  const response = await pds.fetch(path, { method, headers: { ...from, ...headers }, body: body as BodyInit })
  return { status: response.status, text: await response.text() }
}

// Making the list touches no service; the methods in it do not depend on any.
const nothing: never = new Proxy({}, { get: () => nothing }) as never
const methods = routes(nothing, nothing).map(({ method }) => method)

describe.each([
  ['in memory', async () => ({ adapters: {}, remove() {} })],
  ['on SQLite and files', filesOfAMoment],
] as const)('a hostile request to a server %s', (_, open) => {
  let files: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    files = await open()
    await start(files.adapters)
  })
  afterAll(async () => {
    await pds.close()
    files.remove()
  })

  for (const method of methods) {
    if (method.kind === 'subscription') continue
    it(`to ${method.nsid} is answered, never with a fault of the server, and changes nothing when it is refused`, async () => {
      const declared = new Set<string>(method.errors)
      const requests = hostileRequests(lexicons().get(method.nsid)!, { known, tokens })
      let before = await fingerprint()
      const property = fc.asyncProperty(requests, async (request) => {
        const faults = pds.errors.length
        const { status, text } = await send(request)
        expect(status < 500 || status === 501, `${status} ${text}`).toBe(true)
        expect(pds.errors.slice(faults)).toEqual([])
        const after = await fingerprint()
        if (status >= 400) {
          expect(after).toEqual(before)
          if (request.method !== 'HEAD') {
            const { error, message, ...rest } = JSON.parse(text)
            expect(rest).toEqual({})
            expect(message).toMatch(/\S/)
            expect(declared.has(error) || general.has(error), `an undeclared ${error}`).toBe(true)
          }
        }
        before = after
      })
      await fc.assert(property, { numRuns, seed })
    }, 120_000)
  }
})
