import { describe, expect, it } from 'vitest'
import { download, upload } from '../../test/methods.ts'
import type { XrpcError } from '../errors.ts'
import { createClient, type FetchLike } from './client.ts'
import { refreshAt } from './refresh-at.ts'
import { type TokenPair, TokenSession } from './session.ts'

const service = 'https://pds.example'

/** A server whose access tokens expire when told, and which counts refreshes. */
function serverOf() {
  let valid = 0
  const counts = { refreshes: 0, calls: 0 }
  const tokens = (): TokenPair => ({ accessJwt: `access-${valid}`, refreshJwt: `refresh-${valid}` })
  const refusal = (status: number, error: string) => Response.json({ error, message: '' }, { status })
  const fetch: FetchLike = async (url, init) => {
    const token = new Headers(init.headers).get('authorization')
    await new Promise((resolve) => setImmediate(resolve))
    if (url.endsWith('/xrpc/com.atproto.server.refreshSession')) {
      counts.refreshes++
      if (token !== `Bearer refresh-${valid - 1}`) return refusal(400, 'ExpiredToken')
      return Response.json({ ...tokens(), did: 'did:web:x' })
    }
    counts.calls++
    return token === `Bearer access-${valid}` ? new Response('ok') : refusal(400, 'ExpiredToken')
  }
  return { counts, fetch, tokens, expire: () => valid++ }
}

function sessionOf(server: ReturnType<typeof serverOf>) {
  const changes: (TokenPair | undefined)[] = []
  const session = new TokenSession({
    tokens: server.tokens(),
    refresh: refreshAt(service, server.fetch),
    onChange: (tokens) => changes.push(tokens),
  })
  return { changes, session, client: createClient({ service, fetch: server.fetch, session, retry: false }) }
}

describe('a session', () => {
  it('authenticates each call', async () => {
    const server = serverOf()
    const { client, changes } = sessionOf(server)
    await client.call(download)
    expect(server.counts).toEqual({ refreshes: 0, calls: 1 })
    expect(changes).toEqual([])
  })

  it('is refreshed once for many calls that find it expired', async () => {
    const server = serverOf()
    const { client, changes, session } = sessionOf(server)
    server.expire()
    await Promise.all(Array.from({ length: 20 }, () => client.call(download)))
    expect(server.counts.refreshes).toBe(1)
    expect(changes).toEqual([server.tokens()])
    expect(session.tokens).toEqual(server.tokens())
    server.expire()
    await client.call(download)
    expect(server.counts.refreshes).toBe(2)
  })

  it('is not refreshed again for a call that was refused with the tokens before', async () => {
    const server = serverOf()
    let letSlow: () => void = () => {}
    let isFirst = true
    const slowest: FetchLike = async (url, init) => {
      const response = await server.fetch(url, init)
      if (isFirst) {
        isFirst = false
        await new Promise<void>((resolve) => {
          letSlow = resolve
        })
      }
      return response
    }
    const session = new TokenSession({ tokens: server.tokens(), refresh: refreshAt(service, server.fetch) })
    const client = createClient({ service, fetch: slowest, session })
    server.expire()
    const slow = client.call(download)
    await client.call(download)
    letSlow()
    await slow
    expect(server.counts.refreshes).toBe(1)
  })

  it('ends when it cannot be refreshed, and says so once', async () => {
    const server = serverOf()
    const { client, changes, session } = sessionOf(server)
    server.expire()
    server.expire()
    for (let i = 0; i < 2; i++) await expect(client.call(download)).rejects.toMatchObject({ error: 'ExpiredToken' })
    expect(changes).toEqual([undefined])
    expect(session.tokens).toBeUndefined()
    expect(server.counts.refreshes).toBe(1)
  })

  it('outlives a network that fails while it is refreshed', async () => {
    const server = serverOf()
    let isDown = true
    const tokens = server.tokens()
    const session = new TokenSession({
      tokens,
      refresh: (jwt) =>
        isDown ? Promise.reject(new TypeError('fetch failed')) : refreshAt(service, server.fetch)(jwt),
    })
    const client = createClient({ service, fetch: server.fetch, session, retry: false })
    server.expire()
    await expect(client.call(download)).rejects.toThrow('fetch failed')
    expect(session.tokens).toEqual(tokens)
    isDown = false
    await client.call(download)
  })

  it('does not send a stream twice', async () => {
    const server = serverOf()
    const { client } = sessionOf(server)
    server.expire()
    const stream = (async function* () {
      yield new Uint8Array(1)
    })()
    await expect(client.call(upload, { input: stream })).rejects.toMatchObject({ error: 'ExpiredToken' })
    expect(server.counts.calls).toBe(1)
  })

  it('decides for itself what means that it has expired', async () => {
    let isFresh = false
    const client = createClient({
      service,
      fetch: async () => (isFresh ? new Response('ok') : Response.json({ error: 'invalid_token' }, { status: 401 })),
      session: {
        authorize: () => ({ authorization: 'DPoP x' }),
        isExpired: ({ status }: XrpcError) => status === 401,
        refresh: async () => (isFresh = true),
      },
    })
    await client.call(download)
  })

  it('refuses an answer to a refresh that has no tokens', async () => {
    const tokens = { accessJwt: 'x', refreshJwt: 'y' }
    const answers = [{ accessJwt: 'x' }, null, [], 'x', { ...tokens, more: 'x'.repeat(70_000) }]
    for (const body of [...answers.map((answer) => JSON.stringify(answer)), '', '{', '<html>']) {
      const refresh = refreshAt(service, async () => new Response(body))
      await expect(refresh('x')).rejects.toMatchObject({ error: 'InvalidResponse' })
    }
    expect(await refreshAt(service, async () => Response.json({ ...tokens, did: 'did:web:a.test' }))('x')).toEqual(
      tokens,
    )
  })
})
