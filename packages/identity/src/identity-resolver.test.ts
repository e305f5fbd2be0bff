import type { Did, Handle } from '@atoll/syntax'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type IdentityCache, MemoryIdentityCache } from './cache/identity-cache.ts'
import {
  IdentityUnavailableError,
  InvalidDidDocumentError,
  TooManyLookupsError,
  UnsupportedDidError,
} from './errors.ts'
import { createIdentityResolver, type IdentityResolverOptions, invalidHandle } from './identity-resolver.ts'

const alice: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const hour = 60 * 60 * 1000
const key = 'zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF'

function documentOf(did: Did, handle = 'alice.test') {
  return {
    id: did,
    alsoKnownAs: [`at://${handle}`],
    verificationMethod: [{ id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: key }],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test' }],
  }
}

/** A network of two tables that counts lookups and can be broken. */
class Network {
  pages = new Map<string, unknown>([[`https://plc.test/${alice}`, documentOf(alice)]])
  records = new Map<string, string[]>([['_atproto.alice.test', [`did=${alice}`]]])
  now = 1_800_000_000_000
  asked: string[] = []
  failure: number | Error | undefined
  errors: unknown[] = []
  /** Set to hold every answer back. */
  gate: Promise<void> = Promise.resolve()

  resolver(options: Partial<IdentityResolverOptions> = {}) {
    return createIdentityResolver({
      plcUrl: 'https://plc.test/',
      fetch: async (url) => {
        this.asked.push(url)
        await this.gate
        if (this.failure instanceof Error) throw this.failure
        if (this.failure) return new Response(this.failure === 204 ? null : '{}', { status: this.failure })
        const page = this.pages.get(url)
        if (page === undefined) return new Response('', { status: 404 })
        return new Response(typeof page === 'string' ? page : JSON.stringify(page))
      },
      lookupTxt: async (name) => {
        this.asked.push(name)
        await this.gate
        if (this.failure) throw new Error('SERVFAIL')
        return this.records.get(name) ?? []
      },
      now: () => this.now,
      onError: (error) => this.errors.push(error),
      ...options,
    })
  }

  timesAsked(part: string): number {
    return this.asked.filter((question) => question.includes(part)).length
  }
}

describe('resolveDid', () => {
  it('asks the directory for a did:plc and the web server for a did:web', async () => {
    const network = new Network()
    network.pages.set('https://bob.test/.well-known/did.json', documentOf('did:web:bob.test'))
    const resolver = network.resolver()
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    expect(await resolver.resolveDid('did:web:bob.test')).toEqual(documentOf('did:web:bob.test'))
  })

  it('asks no server for a document that the program publishes itself, and remembers it', async () => {
    const network = new Network()
    const own = new Map<Did, ReturnType<typeof documentOf> | null>([
      ['did:web:bob.test', documentOf('did:web:bob.test')],
      ['did:web:gone.test', null],
    ])
    let asked = 0
    const resolver = network.resolver({
      ownDocument: async (did) => {
        asked++
        return own.get(did)
      },
    })
    for (let time = 0; time < 2; time++) {
      expect(await resolver.resolveDid('did:web:bob.test')).toEqual(documentOf('did:web:bob.test'))
      expect(await resolver.resolveDid('did:web:gone.test')).toBeUndefined()
    }
    expect([asked, network.asked]).toEqual([2, []])
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    own.set('did:web:bob.test', documentOf('did:web:bob.test', 'robert.test'))
    await resolver.forget('did:web:bob.test')
    expect((await resolver.resolveDid('did:web:bob.test'))?.alsoKnownAs).toEqual(['at://robert.test'])
  })

  it.each([
    'did:key:zQ3sh',
    'did:plc:short',
    'did:plc:EWVI7NXZYOUN6ZHXRHS64OIZ',
    'did:plc:ewvi7nxzyoun6zhxrhs64oi0',
    'did:web:bob.test:user',
  ] as const)('refuses %s without asking anybody', async (did) => {
    const network = new Network()
    await expect(network.resolver().resolveDid(did)).rejects.toThrow(UnsupportedDidError)
    expect(network.asked).toEqual([])
  })

  it.each([404, 410])('is undefined when the directory responds %s', async (status) => {
    const network = new Network()
    network.failure = status
    expect(await network.resolver().resolveDid(alice)).toBeUndefined()
  })

  it.each([500, 502, 503, 429, 403, 400, 301, 204, new Error('refused')])(
    'says nothing about the DID when the directory fails with %s',
    async (failure) => {
      const network = new Network()
      network.failure = failure
      if (failure === 204) {
        network.resolver = (options) =>
          new Network().resolver({ ...options, fetch: async () => new Response(null, { status: 204 }) })
      }
      await expect(network.resolver().resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
    },
  )

  it.each(['', '{', '[]', '{"id":"did:plc:44ybard66vv44zksje25o7dz"}', JSON.stringify(documentOf(alice)).slice(0, -5)])(
    'refuses the document %j',
    async (page) => {
      const network = new Network()
      network.pages.set(`https://plc.test/${alice}`, page)
      await expect(network.resolver().resolveDid(alice)).rejects.toThrow(InvalidDidDocumentError)
    },
  )

  it('refuses a document over the limit', async () => {
    const network = new Network()
    network.pages.set(`https://plc.test/${alice}`, { ...documentOf(alice), padding: 'x'.repeat(1000) })
    await expect(network.resolver({ maxBytes: 1000 }).resolveDid(alice)).rejects.toThrow(InvalidDidDocumentError)
    expect(await network.resolver({ maxBytes: 10_000 }).resolveDid(alice)).toBeDefined()
  })

  it('refuses a document of more than 64 KiB unless more is asked for, and does not fetch it again for a minute', async () => {
    const network = new Network()
    network.pages.set(`https://plc.test/${alice}`, { ...documentOf(alice), padding: 'x'.repeat(64 * 1024) })
    const resolver = network.resolver()
    for (let caller = 0; caller < 3; caller++) {
      await expect(resolver.resolveDid(alice)).rejects.toThrow('over 65536 bytes')
    }
    expect(network.asked).toHaveLength(1)
    expect(await network.resolver({ maxBytes: 128 * 1024 }).resolveDid(alice)).toBeDefined()
  })

  it('gives up on a directory that does not respond', async () => {
    const network = new Network()
    network.gate = new Promise(() => undefined)
    await expect(network.resolver({ timeoutMs: 5 }).resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
  })

  it('asks the directory by its own fetch where one is given', async () => {
    const network = new Network()
    const resolver = network.resolver({ plcFetch: async () => new Response(JSON.stringify(documentOf(alice))) })
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    expect(network.asked).toEqual([])
  })
})

describe('the cache', () => {
  it('returns a cached answer while it is fresh', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.now += hour
    await resolver.resolveDid(alice)
    expect(network.asked).toHaveLength(1)
  })

  it('returns a stale answer and renews it in the background', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.pages.set(`https://plc.test/${alice}`, documentOf(alice, 'new.test'))
    network.now += hour + 1
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    expect(await resolver.resolveDid(alice, { refresh: true })).toEqual(documentOf(alice, 'new.test'))
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice, 'new.test'))
    expect(network.asked).toHaveLength(3)
  })

  it('lets callers wait for what is too old', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.pages.set(`https://plc.test/${alice}`, documentOf(alice, 'new.test'))
    network.now += 24 * hour + 1
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice, 'new.test'))
  })

  it('outlives a directory that is down, until it is too old', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.failure = 500
    network.now += 24 * hour
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    await expect(resolver.resolveDid(alice, { refresh: true })).rejects.toThrow(IdentityUnavailableError)
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    expect(network.errors.length).toBeGreaterThan(0)
    network.now += 1
    await expect(resolver.resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
  })

  it('replaces a document by its absence once the directory says so', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.failure = 410
    expect(await resolver.resolveDid(alice, { refresh: true })).toBeUndefined()
    expect(await resolver.resolveDid(alice)).toBeUndefined()
  })

  it('believes for a minute that there is nothing', async () => {
    const network = new Network()
    network.records.clear()
    const resolver = network.resolver()
    expect(await resolver.resolveHandle('alice.test')).toBeUndefined()
    network.records.set('_atproto.alice.test', [`did=${alice}`])
    network.now += 60_000
    expect(await resolver.resolveHandle('alice.test')).toBeUndefined()
    network.now += 1
    expect(await resolver.resolveHandle('alice.test')).toBe(alice)
  })

  it('ignores cached answers from the future, after the clock was set back', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.now -= hour
    await resolver.resolveDid(alice)
    expect(network.asked).toHaveLength(2)
  })

  it.each([alice, 'alice.test'] as const)('leaves a source that failed over %s alone for a moment', async (asked) => {
    const network = new Network()
    const resolver = network.resolver()
    const resolve = () => (asked === alice ? resolver.resolveDid(alice) : resolver.resolveHandle('alice.test'))
    network.failure = 503
    await expect(resolve()).rejects.toThrow(IdentityUnavailableError)
    const questions = network.asked.length
    network.failure = undefined
    network.now += 5000
    await expect(resolve()).rejects.toThrow(IdentityUnavailableError)
    expect(network.asked).toHaveLength(questions)
    network.now += 1
    expect(await resolve()).toBeDefined()
    network.failure = 503
    expect(await resolve()).toBeDefined()
  })

  it('asks a source that failed again after being told to forget', async () => {
    const network = new Network()
    const resolver = network.resolver()
    network.failure = 503
    await expect(resolver.resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
    network.failure = undefined
    await resolver.forget(alice)
    expect(await resolver.resolveDid(alice)).toBeDefined()
  })

  it('renews a stale answer once while its source is down, not for every caller', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    network.now += 2 * hour
    network.failure = 503
    await resolver.resolveDid(alice)
    await expect(resolver.resolveDid(alice, { refresh: true })).rejects.toThrow(IdentityUnavailableError)
    const questions = network.asked.length
    for (let caller = 0; caller < 10; caller++) expect(await resolver.resolveDid(alice)).toBeDefined()
    expect(network.asked).toHaveLength(questions)
    network.now += 5001
    await resolver.resolveDid(alice)
    expect(network.asked).toHaveLength(questions + 1)
  })

  it('remembers for a minute that a document makes no sense', async () => {
    const network = new Network()
    const resolver = network.resolver()
    network.pages.set(`https://plc.test/${alice}`, 'nonsense')
    await expect(resolver.resolveDid(alice)).rejects.toThrow(InvalidDidDocumentError)
    network.pages.set(`https://plc.test/${alice}`, documentOf(alice))
    network.now += 60_000
    await expect(resolver.resolveDid(alice)).rejects.toThrow(InvalidDidDocumentError)
    network.now += 1
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
  })

  it('does not share failures with others who use it', async () => {
    const network = new Network()
    const cache = new MemoryIdentityCache()
    network.failure = 503
    await expect(network.resolver({ cache }).resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
    network.failure = undefined
    expect(cache.size).toBe(0)
    expect(await network.resolver({ cache }).resolveDid(alice)).toBeDefined()
  })

  it('may break without breaking a lookup', async () => {
    const broken: IdentityCache = {
      get: () => Promise.reject(new Error('cache')),
      set: () => Promise.reject(new Error('cache')),
      delete: () => undefined,
    }
    const network = new Network()
    expect(await network.resolver({ cache: broken }).resolveDid(alice)).toEqual(documentOf(alice))
    expect(network.errors).toHaveLength(2)
  })

  it('that breaks is on the console where nobody asked to hear of it', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => print.mockRestore())
    const broken = new Error('the cache is down')
    const cache: IdentityCache = {
      get: () => Promise.reject(broken),
      set: () => Promise.reject(broken),
      delete: () => Promise.reject(broken),
    }
    const fetch = async () => new Response(JSON.stringify(documentOf(alice)))
    await createIdentityResolver({ cache, fetch, lookupTxt: async () => [] }).resolveDid(alice)
    expect(print.mock.calls).toEqual([
      [broken, alice],
      [broken, alice],
    ])
  })

  it('forgets on request, in any letter case', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveHandle('Alice.test')
    await resolver.forget('ALICE.test')
    await resolver.resolveHandle('alice.TEST')
    expect(network.timesAsked('_atproto.alice.test')).toBe(2)
  })
})

describe('a forced refresh', () => {
  it('of a DID is not repeated within ten seconds', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice)
    for (let caller = 0; caller < 20; caller++) await resolver.resolveDid(alice, { refresh: true })
    await Promise.all(Array.from({ length: 20 }, () => resolver.resolveDid(alice, { refresh: true })))
    expect(network.asked).toHaveLength(2)
    network.now += 9999
    await resolver.resolveDid(alice, { refresh: true })
    expect(network.asked).toHaveLength(2)
    network.now += 1
    await resolver.resolveDid(alice, { refresh: true })
    expect(network.asked).toHaveLength(3)
  })

  it('that was asked for too soon is made up for afterwards', async () => {
    const network = new Network()
    const resolver = network.resolver()
    await resolver.resolveDid(alice, { refresh: true })
    network.pages.set(`https://plc.test/${alice}`, documentOf(alice, 'new.test'))
    expect(await resolver.resolveDid(alice, { refresh: true })).toEqual(documentOf(alice))
    network.now += 9999
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice))
    network.now += 1
    expect(await resolver.resolveDid(alice)).toEqual(documentOf(alice, 'new.test'))
    await resolver.resolveDid(alice)
    expect(network.asked).toHaveLength(2)
  })

  it('of a DID whose source is down is not repeated either', async () => {
    const network = new Network()
    network.failure = 503
    const resolver = network.resolver()
    for (let caller = 0; caller < 20; caller++) {
      await expect(resolver.resolveDid(alice, { refresh: true })).rejects.toThrow(IdentityUnavailableError)
    }
    expect(network.asked).toHaveLength(1)
  })

  it('of a DID does not follow a lookup that has just failed', async () => {
    const network = new Network()
    network.failure = 503
    const resolver = network.resolver()
    await expect(resolver.resolveDid(alice)).rejects.toThrow(IdentityUnavailableError)
    network.failure = undefined
    network.now += 5000
    await expect(resolver.resolveDid(alice, { refresh: true })).rejects.toThrow(IdentityUnavailableError)
    expect(network.asked).toHaveLength(1)
    network.now += 1
    expect(await resolver.resolveDid(alice, { refresh: true })).toEqual(documentOf(alice))
  })

  it('of a DID follows a document that makes no sense after ten seconds', async () => {
    const network = new Network()
    network.pages.set(`https://plc.test/${alice}`, 'nonsense')
    const resolver = network.resolver()
    await expect(resolver.resolveDid(alice)).rejects.toThrow(InvalidDidDocumentError)
    network.pages.set(`https://plc.test/${alice}`, documentOf(alice))
    network.now += 9999
    await expect(resolver.resolveDid(alice, { refresh: true })).rejects.toThrow(InvalidDidDocumentError)
    expect(network.asked).toHaveLength(1)
    network.now += 1
    expect(await resolver.resolveDid(alice, { refresh: true })).toEqual(documentOf(alice))
  })

  it('of a handle is: its owner may just have set the record', async () => {
    const network = new Network()
    network.records.clear()
    const resolver = network.resolver()
    expect(await resolver.resolveHandle('alice.test', { refresh: true })).toBeUndefined()
    network.records.set('_atproto.alice.test', [`did=${alice}`])
    expect(await resolver.resolveHandle('alice.test', { refresh: true })).toBe(alice)
  })
})

describe('a lookup', () => {
  /** A resolver whose sources never respond, and the signals that they were given. */
  function silent(options: Partial<IdentityResolverOptions> = {}) {
    const signals: AbortSignal[] = []
    const never = (signal: AbortSignal | null | undefined) => {
      if (signal) signals.push(signal)
      return new Promise<never>(() => undefined)
    }
    const resolver = createIdentityResolver({
      fetch: (_, init) => never(init?.signal),
      lookupTxt: (_, settings) => never(settings?.signal),
      timeoutMs: 60_000,
      ...options,
    })
    return { resolver, signals }
  }

  it.each([alice, 'alice.test', 'did:web:alice.test'] as const)(
    'of %s ends with the callers who wait for it',
    async (asked) => {
      const { resolver, signals } = silent()
      const callers = [new AbortController(), new AbortController()]
      const answers = callers.map(({ signal }) => resolver.resolveIdentity(asked, { signal }).catch(() => 'left'))
      await vi.waitFor(() => expect(signals.length).toBeGreaterThan(0))
      callers[0]!.abort()
      expect(await answers[0]).toBe('left')
      expect(signals.some(({ aborted }) => aborted)).toBe(false)
      callers[1]!.abort()
      expect(await answers[1]).toBe('left')
      expect(signals.every(({ aborted }) => aborted)).toBe(true)
    },
  )

  it('that its callers have left does not count as a failure of the source', async () => {
    const network = new Network()
    network.gate = new Promise(() => undefined)
    const resolver = network.resolver()
    const caller = new AbortController()
    const answer = resolver.resolveDid(alice, { signal: caller.signal }).catch(() => 'left')
    await vi.waitFor(() => expect(network.asked).toHaveLength(1))
    caller.abort()
    expect(await answer).toBe('left')
    network.gate = Promise.resolve()
    expect(await resolver.resolveDid(alice)).toBeDefined()
  })

  it('is refused beyond the bound, while what is known or under way is not', async () => {
    const cache = new MemoryIdentityCache()
    const { resolver, signals } = silent({ cache, maxLookups: 10, now: () => 1 })
    const caller = new AbortController()
    const names = Array.from({ length: 10 }, (_, number) => `user${number}.test` as const)
    const resolve = (name: Handle) => resolver.resolveHandle(name, { signal: caller.signal }).catch(() => 'left')
    const answers = names.map(resolve)
    await vi.waitFor(() => expect(signals).toHaveLength(20))
    await expect(resolver.resolveHandle('one-more.test')).rejects.toThrow(TooManyLookupsError)
    await expect(resolver.resolveDid('did:web:one-more.test')).rejects.toThrow(TooManyLookupsError)
    cache.set('known.test', { value: alice, time: 1 })
    expect(await resolver.resolveHandle('known.test')).toBe(alice)
    answers.push(resolve('user0.test'))
    // The directory is no host that somebody else named.
    const atDirectory = resolver.resolveDid(alice, { signal: caller.signal }).catch(() => 'left')
    await vi.waitFor(() => expect(signals).toHaveLength(21))
    caller.abort()
    expect(new Set(await Promise.all([...answers, atDirectory]))).toEqual(new Set(['left']))
    // The next caller finds room, and the refusals were not remembered.
    await new Promise(setImmediate)
    const next = new AbortController()
    const late = resolver.resolveHandle('one-more.test', { signal: next.signal }).catch(() => 'left')
    await vi.waitFor(() => expect(signals).toHaveLength(23))
    next.abort()
    expect(await late).toBe('left')
  })

  it('behind the caller waits for a quieter moment', async () => {
    const cache = new MemoryIdentityCache()
    const errors: unknown[] = []
    const { resolver, signals } = silent({
      cache,
      maxLookups: 1,
      now: () => 2 * hour,
      onError: (error) => errors.push(error),
    })
    cache.set('stale.test', { value: alice, time: 0 })
    const caller = new AbortController()
    const busy = resolver.resolveHandle('busy.test', { signal: caller.signal }).catch(() => 'left')
    await vi.waitFor(() => expect(signals).toHaveLength(2))
    expect(await resolver.resolveHandle('stale.test')).toBe(alice)
    caller.abort()
    await busy
    expect([signals.length, errors]).toEqual([2, []])
  })
})

describe('concurrent callers', () => {
  it('share one lookup', async () => {
    const network = new Network()
    const resolver = network.resolver()
    const answers = await Promise.all(Array.from({ length: 50 }, () => resolver.resolveDid(alice)))
    expect(answers.every(Boolean)).toBe(true)
    expect(network.asked).toHaveLength(1)
  })

  it('who ask to refresh get an answer begun after they asked', async () => {
    const network = new Network()
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const resolver = network.resolver({
      plcFetch: async () => {
        const page = documentOf(alice, network.asked.length === 0 ? 'old.test' : 'new.test')
        network.asked.push('plc')
        begun.resolve()
        await gate.promise
        return new Response(JSON.stringify(page))
      },
    })
    const old = resolver.resolveDid(alice)
    await begun.promise
    const fresh = [resolver.resolveDid(alice, { refresh: true }), resolver.resolveDid(alice, { refresh: true })]
    gate.resolve()
    expect(await old).toEqual(documentOf(alice, 'old.test'))
    expect(await Promise.all(fresh)).toEqual([documentOf(alice, 'new.test'), documentOf(alice, 'new.test')])
    expect(network.asked).toHaveLength(2)
  })
})

describe('resolveIdentity', () => {
  const confirmed = {
    did: alice,
    handle: 'alice.test',
    signingKey: `did:key:${key}`,
    pds: 'https://pds.test',
    document: documentOf(alice),
  }

  it.each([alice, 'alice.test', 'ALICE.Test'] as const)('confirms both directions from %s', async (identifier) => {
    expect(await new Network().resolver().resolveIdentity(identifier)).toEqual(confirmed)
  })

  it.each([
    [
      'the handle leads to another DID',
      (network: Network) => network.records.set('_atproto.alice.test', ['did=did:web:bob.test']),
    ],
    ['the handle leads nowhere', (network: Network) => network.records.clear()],
    [
      'the document claims no handle',
      (network: Network) => network.pages.set(`https://plc.test/${alice}`, { id: alice }),
    ],
  ])('gives handle.invalid for a DID when %s', async (_, change) => {
    const network = new Network()
    change(network)
    expect(await network.resolver().resolveIdentity(alice)).toMatchObject({ did: alice, handle: invalidHandle })
  })

  it('gives handle.invalid for a handle that the document does not claim', async () => {
    const network = new Network()
    network.records.set('_atproto.thief.test', [`did=${alice}`])
    expect(await network.resolver().resolveIdentity('thief.test')).toMatchObject({ did: alice, handle: invalidHandle })
  })

  it('gives handle.invalid, but still the account, while the handle cannot be asked for', async () => {
    const network = new Network()
    const resolver = network.resolver({ lookupTxt: () => Promise.reject(new Error('SERVFAIL')) })
    expect(await resolver.resolveIdentity(alice)).toEqual({ ...confirmed, handle: invalidHandle })
  })

  it('is undefined when the handle or the DID leads nowhere', async () => {
    const network = new Network()
    expect(await network.resolver().resolveIdentity('nobody.test')).toBeUndefined()
    expect(await network.resolver().resolveIdentity('did:plc:44ybard66vv44zksje25o7dz')).toBeUndefined()
  })

  it('gives an account without key and server as it is', async () => {
    const network = new Network()
    network.pages.set(`https://plc.test/${alice}`, { id: alice, alsoKnownAs: ['at://alice.test'] })
    const identity = await network.resolver().resolveIdentity(alice)
    expect(identity).toMatchObject({ handle: 'alice.test' as Handle, signingKey: undefined, pds: undefined })
  })
})
