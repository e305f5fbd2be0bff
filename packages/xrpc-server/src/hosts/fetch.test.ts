import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { handleFetch, routerRequest, routerResponse, webRequest, webResponse } from './fetch.ts'

const origin = 'https://server.test'
const never = new AbortController().signal
const inner = (path: string, query = '') => ({
  method: 'GET',
  path,
  query,
  headers: new Headers({ 'x-a': 'b' }),
  ip: '192.0.2.1',
  signal: never,
  nextTurn: async () => {},
  body: undefined,
})

describe('a web request made of a router request', () => {
  it.each([
    '//elsewhere.test/x',
    '/\\\\elsewhere.test/x',
    '/\\elsewhere.test',
    '///elsewhere.test',
    '/@elsewhere.test',
    '/a/../b',
    '*',
    '/#x',
    '',
  ])('stays with its server: %j', (path) => {
    const url = new URL(webRequest(inner(path, 'to=//elsewhere.test#x'), origin).url)
    expect([url.origin, url.username, url.hash, url.searchParams.get('to')]).toEqual([
      origin,
      '',
      '',
      '//elsewhere.test#x',
    ])
  })

  it('has the same path, query and headers', () => {
    const request = webRequest(inner('/xrpc/a.b.c%20d/e', 'x=%2F&y=1+2'), origin)
    expect(request.url).toBe(`${origin}/xrpc/a.b.c%20d/e?x=%2F&y=1+2`)
    expect(request.headers.get('x-a')).toBe('b')
    expect(routerRequest(request)).toMatchObject({ path: '/xrpc/a.b.c%20d/e', query: 'x=%2F&y=1+2' })
  })
})

describe('a web response', () => {
  it('keeps its cookies apart, there and back', async () => {
    const response = new Response('page', { status: 203, headers: { 'x-a': 'b' } })
    for (const cookie of ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2']) {
      response.headers.append('set-cookie', cookie)
    }
    const there = routerResponse(response)
    expect(there.headers['set-cookie']).toEqual(['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2'])
    const back = webResponse(there)
    expect([back.status, back.headers.get('x-a'), back.headers.getSetCookie().length, await back.text()]).toEqual([
      203,
      'b',
      2,
      'page',
    ])
  })
})

describe('a response that another server gave', () => {
  it('is passed on decoded, without what was said of its connection and its bytes', async () => {
    const page = 'hello '.repeat(100)
    const server = createServer((_, response) => {
      const bytes = gzipSync(page)
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length, 'x-a': 'b' }).end(bytes)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const passed = routerResponse(await fetch(`http://127.0.0.1:${port}`))
    expect(Object.keys(passed.headers).sort()).toEqual(['date', 'x-a'])
    expect(await webResponse(passed).text()).toBe(page)
    server.closeAllConnections()
    server.close()
  })

  it('keeps the encoding that a program gave it', () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '3' }
    expect(routerResponse(new Response('abc', { headers })).headers).toMatchObject(headers)
  })

  it('is refused when it cannot be sent', async () => {
    expect(() => routerResponse(Response.error())).toThrow('`Response.error()` is no response')
    const read = new Response('x')
    await read.text()
    expect(() => routerResponse(read)).toThrow('whose body was read')
  })
})

describe('a response that is being streamed', () => {
  it('ends when the client goes, even long after the request was garbage-collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => Promise<void> = async () => {
      // Finalizers run in a turn of their own.
      for (let round = 0; round < 5; round++) {
        runInNewContext('gc')()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const client = new AbortController()
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    async function* endless(signal: AbortSignal) {
      try {
        while (!signal.aborted) yield new Uint8Array(10)
      } finally {
        end()
      }
    }
    const answer = () =>
      handleFetch(
        async ({ signal }) => ({ status: 200, headers: {}, body: endless(signal) }),
        new Request('https://server.test/', { signal: client.signal }),
      )
    const response = await answer()
    const reading = response.body!.getReader()
    await reading.read()
    await collect()
    client.abort(new Error('gone'))
    await expect(reading.read()).rejects.toThrow('gone')
    await ended
  })
})
