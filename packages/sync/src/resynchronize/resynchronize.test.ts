import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import type { Cid } from '@atoll/data-model'
import { exportRepo, type RepoDiff } from '@atoll/repo'
import { ManualClock, settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testTime } from '../../test/account.ts'
import { type ResynchronizeOptions, resynchronize } from './resynchronize.ts'

const account = new Account('alice', [put('create', post(1)), put('create', post(2))])
const { did } = account
const first = { head: account.head, blocks: [...account.blocks] }
const before = await fileOf(account)
account.write(put('create', post(3)), put('update', post(1), { text: 'changed' }), remove(post(2)))
const second = account.commit
const state = { rev: account.head.rev, data: account.head.data }
const whole = await fileOf(account)
const server = 'https://pds.test'

async function fileOf({ head, get }: Account): Promise<Uint8Array<ArrayBuffer>> {
  const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: get(cid)! }))
  const blocks = []
  for await (const block of exportRepo({ head, load })) blocks.push(block)
  return writeCar([head.cid], blocks).slice()
}

function refusal(error: string, status = 400): Response {
  return Response.json({ error, message: `because of ${error}` }, { status })
}

/** Fetches alice's repository again, from a server that responds as told. */
function fetched(
  respond: (url: URL, init?: RequestInit) => Response | Promise<Response>,
  options: Partial<ResynchronizeOptions> = {},
) {
  const urls: string[] = []
  const records: [string, unknown][] = []
  const result = resynchronize(did, {
    fetch: async (url, init) => {
      urls.push(url)
      return respond(new URL(url), init)
    },
    signingKeyOf: () => account.keyPair.didKey(),
    pdsOf: () => server,
    now: () => testTime,
    onRecord: ({ collection, rkey, value }) => void records.push([`${collection}/${rkey}`, value?.['text']]),
    ...options,
  })
  return { urls, records, result }
}

describe('resynchronize', () => {
  it("reads the whole repository from the account's server, and returns where it stands", async () => {
    const { urls, records, result } = fetched(() => new Response(whole))
    expect(await result).toMatchObject({ outcome: 'imported', records: 2, state, head: account.head, commit: { did } })
    expect(urls).toEqual([`${server}/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(did)}`])
    expect(records).toEqual([
      [post(1), 'changed'],
      [post(3), post(3)],
    ])
  })

  it('reads it from another service that is named', async () => {
    const { urls, result } = fetched(() => new Response(whole), { service: 'https://relay.test' })
    expect(await result).toMatchObject({ outcome: 'imported' })
    expect(urls[0]).toMatch(/^https:\/\/relay\.test\//)
  })

  it('waits for a record to be dealt with before it reads the next', async () => {
    let running = 0
    const onRecord = async () => {
      expect(++running).toBe(1)
      await settled()
      running--
    }
    expect(await fetched(() => new Response(whole), { onRecord }).result).toMatchObject({ records: 2 })
  })

  it.each(['RepoNotFound', 'RepoTakendown', 'RepoSuspended', 'RepoDeactivated'])(
    'returns that there is none, when the server says %s',
    async (reason) => {
      const { result } = fetched(() => refusal(reason))
      expect(await result).toEqual({
        outcome: 'unavailable',
        reason,
        message: `because of ${reason}`,
        state: undefined,
      })
    },
  )

  it('follows an account that has moved since its document was cached', async () => {
    const pdsOf: ResynchronizeOptions['pdsOf'] = (_, { refresh }) => (refresh ? 'https://new.test' : server)
    const respond = ({ host }: URL) => (host === 'new.test' ? new Response(whole) : refusal('RepoDeactivated'))
    expect(await fetched(respond, { pdsOf }).result).toMatchObject({ outcome: 'imported', state })
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['is gone', () => Promise.reject(new TypeError('fetch failed'))],
    ['responds no more', () => new Response('<html>', { status: 404 })],
    ['still has what was there', () => new Response(before)],
    ['has another file', () => new Response('<html>')],
  ])('follows an account that has moved from a server that %s', async (_, old) => {
    const pdsOf: ResynchronizeOptions['pdsOf'] = (_, { refresh }) => (refresh ? 'https://new.test' : server)
    const respond = ({ host }: URL) => (host === 'new.test' ? new Response(whole) : old())
    const options = { pdsOf, atLeast: state.rev }
    expect(await fetched(respond, options).result).toMatchObject({ outcome: 'imported', state })
    // Where it has not moved, its server's failure is the result.
    await expect(fetched(respond, { atLeast: state.rev }).result).rejects.toThrow(Error)
  })

  it('refuses a service that is no address', async () => {
    const { urls, result } = fetched(() => new Response(whole), { service: 'relay.test' })
    await expect(result).rejects.toThrow("write 'https://relay.test'")
    expect(urls).toEqual([])
  })

  it.each<[string, Partial<ResynchronizeOptions>]>([
    ['no-server', { pdsOf: () => undefined }],
    ['no-key', { signingKeyOf: () => undefined }],
  ])('returns that an account has %s', async (reason, options) => {
    expect(await fetched(() => new Response(whole), options).result).toMatchObject({ outcome: 'unavailable', reason })
  })

  it('looks up the key again when the cached one does not verify, and refuses what neither signed', async () => {
    const old = generateKeyPair('p256').didKey()
    const rotated: ResynchronizeOptions['signingKeyOf'] = (_, { refresh }) => (refresh ? account.keyPair.didKey() : old)
    expect(await fetched(() => new Response(whole), { signingKeyOf: rotated }).result).toMatchObject({ state })
    const { records, result } = fetched(() => new Response(whole), { signingKeyOf: () => old })
    await expect(result).rejects.toMatchObject({ name: 'VerificationError', reason: 'signature' })
    expect(records).toEqual([])
  })

  it("refuses another account's repository, and one that is cut off", async () => {
    const other = new Account('eve', [], account.keyPair)
    const file = await fileOf(other)
    await expect(fetched(() => new Response(file)).result).rejects.toMatchObject({ reason: 'did' })
    await expect(fetched(() => new Response(whole.slice(0, -1))).result).rejects.toMatchObject({ name: 'CarError' })
  })

  it('refuses a repository that is older than the event that asks for it', async () => {
    const atLeast = account.nextRev()
    await expect(fetched(() => new Response(whole), { atLeast }).result).rejects.toMatchObject({
      name: 'ResynchronizationError',
      reason: 'outdated',
      service: server,
    })
  })

  it('refuses a rev that lies ahead, behind which all later commits would be out of date', async () => {
    const now = () => testTime - 24 * 3_600_000
    await expect(fetched(() => new Response(whole), { now }).result).rejects.toMatchObject({ reason: 'rev' })
  })

  it('stops at a file that is too large', async () => {
    const maxBytes = whole.length - 1
    await expect(fetched(() => new Response(whole), { maxBytes }).result).rejects.toMatchObject({ reason: 'too-large' })
  })

  it('names the server and its status for any other response', async () => {
    const { result } = fetched(() => new Response('<html>', { status: 502 }))
    await expect(result).rejects.toMatchObject({ reason: 'response', status: 502, message: `${server}: 502` })
  })

  it('names a server that cannot be reached, with the cause', async () => {
    const cause = new TypeError('fetch failed')
    const { result } = fetched(() => Promise.reject(cause))
    await expect(result).rejects.toMatchObject({ reason: 'unreachable', message: `${server}: fetch failed`, cause })
  })

  it('lets an error of the handler through', async () => {
    const error = new TypeError('not a function')
    const onRecord = () => Promise.reject(error)
    await expect(fetched(() => new Response(whole), { onRecord }).result).rejects.toBe(error)
  })

  describe('on a server that says nothing more', () => {
    const stalled = () => {
      let isCancelled = false
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(whole.slice(0, 100)),
        cancel: () => {
          isCancelled = true
        },
      })
      return { response: new Response(stream), isCancelled: () => isCancelled }
    }

    it('gives up after a while', async () => {
      const clock = new ManualClock()
      const { response, isCancelled } = stalled()
      const { result } = fetched(() => response, { clock, idleTimeoutMs: 5000 })
      const refused = expect(result).rejects.toMatchObject({
        reason: 'silent',
        message: `${server}: nothing came for 5000 ms`,
      })
      await settled()
      await clock.advance(5000)
      await refused
      expect(isCancelled()).toBe(true)
    })

    it('gives up on one that says a little now and then', async () => {
      const clock = new ManualClock()
      let [at, isCancelled] = [0, false]
      const stream = new ReadableStream<Uint8Array>(
        {
          pull: (controller) =>
            new Promise((resolve) => {
              clock.after(4000, () => resolve(controller.enqueue(whole.slice(at, ++at))))
            }),
          cancel: () => {
            isCancelled = true
          },
        },
        { highWaterMark: 0 },
      )
      const options = { clock, idleTimeoutMs: 5000, maxWaitMs: 58_000 }
      const { result } = fetched(() => new Response(stream), options)
      const refused = expect(result).rejects.toMatchObject({
        reason: 'slow',
        message: `${server}: not done after 58000 ms of waiting`,
      })
      await settled()
      await clock.advance(57_999)
      expect([at, isCancelled]).toEqual([14, false])
      await clock.advance(1)
      await refused
      expect(isCancelled).toBe(true)
    })

    it('does not count the time that the records take', async () => {
      const clock = new ManualClock()
      const onRecord = () => clock.advance(60_000)
      const { result } = fetched(() => new Response(whole), { clock, maxWaitMs: 50_000, onRecord })
      expect(await result).toMatchObject({ outcome: 'imported', records: 2 })
    })

    it('ends when its owner wants', async () => {
      const owner = new AbortController()
      const { response, isCancelled } = stalled()
      const { result } = fetched(() => response, { signal: owner.signal, clock: new ManualClock() })
      const reason = new Error('stopping')
      const refused = expect(result).rejects.toBe(reason)
      await settled()
      owner.abort(reason)
      await refused
      expect(isCancelled()).toBe(true)
    })
  })

  describe('with a copy', () => {
    function withCopy(respond: (url: URL) => Response, options: Partial<ResynchronizeOptions> = {}) {
      const diffs: RepoDiff[] = []
      const held = new Map(first.blocks.map((block) => [block.cid.key, block]))
      const load = async (cids: Cid[]) => cids.flatMap(({ key }) => held.get(key) ?? [])
      const known = { head: first.head, load, onDiff: (diff: RepoDiff) => void diffs.push(diff) }
      return { diffs, ...fetched(respond, { known, ...options }) }
    }
    const news = writeCar([second.head.cid], second.added).slice()

    it('fetches only what changed since', async () => {
      const { urls, diffs, records, result } = withCopy(() => new Response(news))
      expect(await result).toMatchObject({ outcome: 'updated', state, head: account.head })
      expect(new URL(urls[0]!).searchParams.get('since')).toBe(first.head.rev)
      expect(diffs.map(({ ops }) => ops.map(({ action, path }) => [action, path]))).toEqual([
        [
          ['update', post(1)],
          ['delete', post(2)],
          ['create', post(3)],
        ],
      ])
      expect(records).toEqual([])
    })

    it('fetches the whole repository from a server that does not go back', async () => {
      const { urls, result } = withCopy(({ searchParams }) =>
        searchParams.has('since') ? refusal('InvalidRequest') : new Response(whole),
      )
      expect(await result).toMatchObject({ outcome: 'imported', state })
      expect(urls).toHaveLength(2)
    })

    it('fetches the whole repository when the cached key is no point of its curve', async () => {
      const offCurve = 'did:key:zQ3shee78LWjGhnSBxM2g4cQwQFn1QF7wXBFpP5cmt6xRmLbY'
      const { result } = withCopy(() => new Response(whole), {
        signingKeyOf: (_, { refresh }) => (refresh ? account.keyPair.didKey() : offCurve),
      })
      expect(await result).toMatchObject({ outcome: 'imported', state })
    })

    it('fetches the whole repository where that does not hold', async () => {
      const without = writeCar([second.head.cid], [second.commit]).slice()
      const { urls, diffs, records, result } = withCopy(
        ({ searchParams }) => new Response(searchParams.has('since') ? without : whole),
      )
      expect(await result).toMatchObject({ outcome: 'imported', state })
      expect([urls.length, diffs.length, records.length]).toEqual([2, 0, 2])
    })
  })
})
