import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DohServer, responseTo, serveDoh } from '../../test/doh-server.ts'
import { DnsMessageError, IdentityUnavailableError, ResponseTooLargeError } from '../errors.ts'
import { createIdentityResolver } from '../identity-resolver.ts'
import { decodeTxtResponse, encodeTxtQuery } from './dns-message.ts'
import { dnsOverHttps } from './dns-over-https.ts'
import type { LookupTxt } from './lookup.ts'

const alice = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
let server: DohServer
let lookupTxt: LookupTxt

beforeAll(async () => {
  server = await serveDoh({
    '_atproto.alice.test': [{ txt: ['v=spf1'] }, { txt: [`did=${alice}`] }],
    '_atproto.pieces.test': [{ txt: ['did=did:plc:ewvi7nxzyo', 'un6zhxrhs64oiz', ''] }],
    '_atproto.split.test': [{ txt: [Uint8Array.of(0xe2, 0x82), Uint8Array.of(0xac)] }],
    '_atproto.alias.test': [{ cname: '_atproto.alice.test' }, { txt: [`did=${alice}`] }],
    '_atproto.chain.test': [
      { txt: [`did=${alice}`], owner: 'Keys.Example' },
      { cname: 'hop.example' },
      { cname: 'keys.example', owner: 'hop.example' },
    ],
    '_atproto.other.test': [{ txt: ['did=did:web:eve.test'], owner: '_atproto.eve.test' }, { txt: [`did=${alice}`] }],
    '_atproto.circle.test': [{ cname: 'b.test' }, { cname: '_atproto.circle.test', owner: 'b.test' }],
    '_atproto.two.test': [{ txt: [`did=${alice}`] }, { txt: ['did=did:web:bob.test'] }],
    '_atproto.empty.test': [],
    '_atproto.broken.test': [2],
    '_atproto.refused.test': [5],
    '_atproto.large.test': Array.from({ length: 100 }, () => ({ txt: ['a'.repeat(255)] })),
  })
  lookupTxt = dnsOverHttps({ url: server.url })
})
afterAll(() => server.close())
beforeEach(() => {
  server.instead = undefined
  server.asked.length = 0
})

describe('a lookup over HTTPS', () => {
  it.each([
    ['all records of a name', 'alice', ['v=spf1', `did=${alice}`]],
    ['a record in pieces as one', 'pieces', [`did=${alice}`]],
    ['a character that lies across two pieces', 'split', ['€']],
    ['what an alias leads to', 'alias', [`did=${alice}`]],
    ['what a chain of aliases leads to, in any order', 'chain', [`did=${alice}`]],
    ['nothing that another name has', 'other', [`did=${alice}`]],
    ['none where aliases go round in a circle', 'circle', []],
    ['none for a name without records', 'empty', []],
    ['none for a name that does not exist', 'nobody', []],
  ])('returns %s', async (_, name, records) => {
    expect(await lookupTxt(`_atproto.${name}.test`)).toEqual(records)
    expect(server.asked).toEqual([`_atproto.${name}.test`])
  })

  it.each([
    ['broken', 'the resolver failed with code 2'],
    ['refused', 'the resolver failed with code 5'],
  ])('fails when the resolver did: %s', async (name, reason) => {
    await expect(lookupTxt(`_atproto.${name}.test`)).rejects.toThrow(new DnsMessageError(reason))
  })

  it('fails when the answer is too long', async () => {
    await expect(lookupTxt('_atproto.large.test')).rejects.toThrow(ResponseTooLargeError)
  })

  it.each([
    [
      '503 with text/plain',
      (response: Parameters<NonNullable<DohServer['instead']>>[0]) =>
        void response.writeHead(503, { 'content-type': 'text/plain' }).end('busy'),
    ],
    [
      '200 with text/html',
      (response: Parameters<NonNullable<DohServer['instead']>>[0]) =>
        void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Sign in</p>'),
    ],
    [
      '302 with no type',
      (response: Parameters<NonNullable<DohServer['instead']>>[0]) =>
        void response.writeHead(302, { location: '/elsewhere' }).end(),
    ],
  ])('fails on %s, and says so', async (said, instead) => {
    server.instead = instead
    await expect(lookupTxt('_atproto.alice.test')).rejects.toThrow(`${new URL(server.url).origin} answered ${said}`)
  })

  it('ends with its caller', async () => {
    server.instead = () => undefined
    const abort = new AbortController()
    const lookup = lookupTxt('_atproto.alice.test', { signal: abort.signal })
    const failed = expect(lookup).rejects.toThrow('enough')
    while (server.asked.length === 0) await wait(1)
    abort.abort(new Error('enough'))
    await failed
  })

  it.each(['', 'a..b', `${'a'.repeat(64)}.test`, 'with space.test', `${'abc.'.repeat(64)}test`, 'é.test'])(
    'refuses the name %j before anything is asked',
    async (name) => {
      await expect(lookupTxt(name)).rejects.toThrow(DnsMessageError)
      expect(server.asked).toEqual([])
    },
  )

  it('resolves handles, by the rules for several records', async () => {
    const fetch = async () => new Response('', { status: 404 })
    const identity = createIdentityResolver({ lookupTxt, fetch })
    expect(await identity.resolveHandle('alice.test')).toBe(alice)
    expect(await identity.resolveHandle('two.test')).toBeUndefined()
    expect(await identity.resolveHandle('nobody.test')).toBeUndefined()
    await expect(identity.resolveHandle('broken.test')).rejects.toThrow(IdentityUnavailableError)
  })
})

describe('a response', () => {
  const query = Buffer.from(encodeTxtQuery('a.test'))
  const good = responseTo(query, [{ txt: ['did=x', 'y'] }, { txt: [] }])

  it('is read whole', () => {
    expect(decodeTxtResponse(good, 'A.test.')).toEqual(['did=xy', ''])
  })

  it('is refused at every length but its own', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeTxtResponse(good.subarray(0, length), 'a.test')).toThrow(DnsMessageError)
    }
  })

  it('is refused when it is a query, or was cut off', () => {
    const [asked, cut] = [Buffer.from(good), Buffer.from(good)]
    asked[2]! &= 0x7f
    cut[2]! |= 0x02
    expect(() => decodeTxtResponse(asked, 'a.test')).toThrow('a query where a response should be')
    expect(() => decodeTxtResponse(cut, 'a.test')).toThrow('a response that was cut off')
  })

  it('is refused with a piece that is longer than its record', () => {
    const long = Buffer.from(responseTo(query, [{ txt: ['abc'] }]))
    long[long.length - 4] = 200
    expect(() => decodeTxtResponse(long, 'a.test')).toThrow('a message that ends too early')
  })

  it.each([
    ['that points to itself', [0xc0, 12]],
    ['whose pointers take turns', [0xc0, 14, 0xc0, 12]],
    ['that grows as it goes round', [1, 97, 0xc0, 12]],
    ['of too many labels', [...Array(128).fill([1, 97]).flat(), 0]],
  ])('is refused with a name %s', (_, name) => {
    const message = Uint8Array.of(0, 0, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 16, 0, 1)
    expect(() => decodeTxtResponse(message, 'a.test')).toThrow(/goes round in a circle|is too long/)
  })

  it('gives texts or an error, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(good.length - 1), (bytes, at) => {
        const altered = Buffer.from(good)
        altered.set(bytes.subarray(0, good.length - at), at)
        for (const message of [bytes, altered]) {
          try {
            for (const text of decodeTxtResponse(message, 'a.test')) expect(text).toBeTypeOf('string')
          } catch (error) {
            expect(error).toBeInstanceOf(DnsMessageError)
          }
        }
      }),
    )
  })
})
