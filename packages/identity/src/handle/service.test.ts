import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { IdentityUnavailableError, ResponseTooLargeError } from '../errors.ts'
import { createIdentityResolver, invalidHandle } from '../identity-resolver.ts'
import { handlesAtService } from './service.ts'

const alice = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const asked: string[] = []
let answer: { status: number; body: string }
let service: string

const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  asked.length = 0
})

const ask = (status: number, body: unknown) => {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
  return handlesAtService({ service: `${service}/ignored` })('alice.test')
}

describe('a handle at a service', () => {
  it('leads to the DID that the service says', async () => {
    expect(await ask(200, { did: alice })).toBe(alice)
    expect(asked).toEqual(['/xrpc/com.atproto.identity.resolveHandle?handle=alice.test'])
  })

  it.each([
    ['by the declared name', { error: 'HandleNotFound' }],
    ['as the reference servers say it', { error: 'InvalidRequest', message: 'Unable to resolve handle' }],
  ])('is unknown when the service says so, %s', async (_, body) => {
    expect(await ask(400, body)).toBeUndefined()
  })

  it.each([
    [
      'another refusal',
      400,
      { error: 'InvalidRequest', message: 'Error: Params must have the property "handle"' },
      '400 InvalidRequest',
    ],
    ['a failure', 500, { error: 'InternalServerError' }, '500 InternalServerError'],
    ['a page', 502, '<html>', '502'],
    ['a limit', 429, { error: 'RateLimitExceeded' }, '429 RateLimitExceeded'],
    ['a status of a handle unknown that is no refusal', 404, { error: 'HandleNotFound' }, '404 HandleNotFound'],
    ['no DID', 200, { did: 'alice' }, 'without a DID'],
    ['no object', 200, 'null', 'without a DID'],
    ['a redirect', 302, '', '302'],
  ])('is not known not to exist after %s', async (_, status, body, said) => {
    await expect(ask(status, body)).rejects.toThrow(IdentityUnavailableError)
    await expect(ask(status, body)).rejects.toThrow(said)
  })

  it('is not read beyond 4 KiB', async () => {
    await expect(ask(200, { did: alice, more: 'a'.repeat(4096) })).rejects.toThrow(ResponseTooLargeError)
  })

  it('is not asked for under a name that can be no handle', async () => {
    expect(await handlesAtService({ service })('alice.local')).toBeUndefined()
    expect(asked).toEqual([])
  })

  it.each(['pds.example', 'wss://pds.example', ''])('needs a URL, which %j is not', (text) => {
    expect(() => handlesAtService({ service: text })).toThrow(`service is ${JSON.stringify(text)}, and not a URL`)
  })
})

describe('a resolver that asks a service', () => {
  const documentOf = (handle: string) => Response.json({ id: alice, alsoKnownAs: [`at://${handle}`] })

  it('confirms what the service says by the document, and asks nobody else', async () => {
    answer = { status: 200, body: JSON.stringify({ did: alice }) }
    for (const [claimed, confirmed] of [
      ['alice.test', 'alice.test'],
      ['bob.test', invalidHandle],
    ] as const) {
      const urls: string[] = []
      const identity = createIdentityResolver({
        resolveHandle: handlesAtService({ service }),
        lookupTxt: () => Promise.reject(new Error('asked the DNS')),
        async fetch(url) {
          urls.push(url)
          return documentOf(claimed)
        },
      })
      expect(await identity.resolveIdentity('alice.test')).toMatchObject({ did: alice, handle: confirmed })
      expect(urls).toEqual([`https://plc.directory/${alice}`])
    }
  })

  it('does not take a failure for an answer, and waits no longer than it is told', async () => {
    const fetch = async () => new Response('', { status: 404 })
    const down = createIdentityResolver({ resolveHandle: () => Promise.reject(new TypeError('fetch failed')), fetch })
    await expect(down.resolveHandle('alice.test')).rejects.toThrow(IdentityUnavailableError)
    const slow = createIdentityResolver({ resolveHandle: () => new Promise(() => undefined), fetch, timeoutMs: 20 })
    await expect(slow.resolveHandle('alice.test')).rejects.toMatchObject({ name: 'IdentityUnavailableError' })
  })
})
