import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hostileHosts } from '../../test/hostile-forms.ts'
import { RefusedRequestError, RefusedResponseError, ResponseTooLargeError } from '../errors.ts'
import { createGuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts'

const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/page': (_, response) => response.setHeader('x-kind', 'page').end('page'),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/missing': (_, response) => response.writeHead(404).end('missing'),
  '/redirect': (_, response) => response.writeHead(302, { location: '/page' }).end(),
  '/echo': (request, response) => request.pipe(response),
  '/large': (_, response) => response.end(Buffer.alloc(2000)),
  '/large-chunked': (_, response) => {
    response.write(Buffer.alloc(900))
    response.end(Buffer.alloc(900))
  },
  '/bomb': (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(10_000_000))),
  '/gzip': (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('page')),
  '/identity': (_, response) => response.setHeader('content-encoding', 'identity').end('page'),
  // Empty gzip streams, one after the other: any number of bytes of which nothing comes out.
  '/hollow': (_, response) => {
    response.setHeader('content-encoding', 'gzip').end(Buffer.alloc(100_000, gzipSync('')))
  },
  '/hollow-twice': (_, response) => {
    const hollow = brotliCompressSync(Buffer.alloc(1_000_000, gzipSync('')))
    response.setHeader('content-encoding', 'gzip, br').end(hollow)
  },
  '/twice-in-two-lines': (_, response) => {
    response.setHeader('content-encoding', ['gzip', 'GZIP']).end(gzipSync(gzipSync('page')))
  },
  '/coded-redirect': (_, response) => {
    response.writeHead(302, { location: '/page', 'content-encoding': 'gzip, br' }).end(gzipSync('page'))
  },
  '/endless': (_, response) => {
    const gzip = createGzip()
    gzip.pipe(response.setHeader('content-encoding', 'gzip'))
    gzip.write(randomBytes(500))
    gzip.flush()
  },
  '/silent': () => undefined,
  '/stalled': (_, response) => response.write('begun'),
}

let server: Server
let origin: string
let requests = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1
    pages[request.url ?? '']?.(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
})

async function using<T>(
  options: GuardedFetchOptions,
  work: (fetch: ReturnType<typeof createGuardedFetch>) => Promise<T>,
): Promise<T> {
  const fetch = createGuardedFetch(options)
  try {
    return await work(fetch)
  } finally {
    await fetch.close()
  }
}

function get(path: string, init: RequestInit = {}, options: GuardedFetchOptions = {}) {
  return using({ allowPrivate: true, maxBytes: 1000, ...options }, async (fetch) => {
    const response = await fetch(origin + path, init)
    return {
      status: response.status,
      text: await response.text(),
      url: response.url,
      kind: response.headers.get('x-kind'),
    }
  })
}

describe('a guarded fetch', () => {
  it('returns what fetch returns', async () => {
    expect(await get('/page')).toEqual({ status: 200, text: 'page', url: `${origin}/page`, kind: 'page' })
    expect(await get('/missing')).toMatchObject({ status: 404, text: 'missing' })
    expect(await get('/empty')).toMatchObject({ status: 204, text: '' })
    expect(await get('/echo', { method: 'POST', body: 'body' })).toMatchObject({ text: 'body' })
  })

  it('follows a redirect only when asked to', async () => {
    expect(await get('/redirect', { redirect: 'follow' })).toMatchObject({ text: 'page', url: `${origin}/page` })
    expect(await get('/redirect', { redirect: 'manual' })).toMatchObject({ status: 302 })
    await expect(get('/redirect')).rejects.toThrow(RefusedRequestError)
  })

  it.each(['/large', '/large-chunked', '/bomb', '/hollow'])('reads no more than it may of %s', async (path) => {
    await expect(get(path)).rejects.toThrow(ResponseTooLargeError)
  })

  it.each(['/gzip', '/identity'])('undoes the one coding of %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 200, text: 'page' })
  })

  it.each(['/hollow-twice', '/twice-in-two-lines', '/coded-redirect'])(
    'refuses the codings in a row of %s, before anything is decoded',
    async (path) => {
      await expect(get(path, { redirect: 'follow' })).rejects.toThrow(RefusedResponseError)
    },
  )

  it('ends the connection when the caller leaves a coded body', async () => {
    const began = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    await using({ allowPrivate: true }, async (fetch) => {
      const abort = new AbortController()
      const response = await fetch(`${origin}/endless`, { signal: abort.signal })
      const [, sent] = await began
      const reading = response.text()
      abort.abort(new Error('enough'))
      await expect(reading).rejects.toThrow('enough')
      if (!sent.closed) await once(sent, 'close')
    })
  })

  it.each(['/silent', '/stalled'])('waits no longer than it may for %s', async (path) => {
    await expect(get(path, {}, { timeoutMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it.each(['/silent', '/stalled'])('lets the caller give up on %s', async (path) => {
    const abort = new AbortController()
    const reading = get(path, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })

  it.each(['', 'nonsense', 'https://', '/path'])('refuses %j', async (url) => {
    await expect(using({}, (fetch) => fetch(url))).rejects.toThrow(TypeError)
  })
})

describe('outside of development', () => {
  it('asks nothing of this machine, by its own address, another spelling, or a name', async () => {
    const before = requests
    const { port } = new URL(origin)
    const lookup = (_: string, __: object, callback: (error: null, addresses: object[]) => void) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }])
    await using({ lookup: lookup as never }, async (fetch) => {
      for (const host of [...hostileHosts, 'name.test']) {
        for (const url of [`http://${host}:${port}/page`, `https://${host}:${port}/page`, `https://${host}/page`]) {
          await expect(fetch(url, { redirect: 'follow' }), url).rejects.toThrow()
        }
      }
    })
    expect(requests).toBe(before)
  })

  it('says why', async () => {
    await using({}, async (fetch) => {
      await expect(fetch(`${origin}/page`)).rejects.toThrow(RefusedRequestError)
      await expect(fetch('https://[::1]/')).rejects.toThrow('an address instead of a name')
      await expect(fetch('http://example.com/')).rejects.toThrow('not https')
    })
  })
})

describe('hosts that somebody else named', () => {
  const everywhere = (_: string, __: object, callback: (error: null, addresses: object[]) => void) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  const local = { allowPrivate: true, lookup: everywhere as never }

  /** A server that says how many sockets it has. */
  async function listening(answer: (response: ServerResponse) => void) {
    const sockets = new Set<Socket>()
    const own = createServer((_, response) => answer(response))
    own.keepAliveTimeout = 600_000
    own.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    own.listen(0, '127.0.0.1')
    await once(own, 'listening')
    const { port } = own.address() as AddressInfo
    const close = () => {
      own.close()
      own.closeAllConnections()
    }
    return { port, sockets, close }
  }

  it('keep no socket for longer than seconds, whatever they suggest', { timeout: 30_000 }, async () => {
    const { port, sockets, close } = await listening((response) => response.end('page'))
    await using(local, async (fetch) => {
      for (let number = 0; number < 20; number++) await (await fetch(`http://host${number}.test:${port}/`)).text()
      expect(sockets.size).toBeGreaterThan(0)
      await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 25_000, interval: 100 })
    })
    close()
  })

  it('have 16 sockets each at most', { timeout: 30_000 }, async () => {
    const held: ServerResponse[] = []
    let [most, isFull] = [0, false]
    const { port, sockets, close } = await listening((response) => {
      held.push(response)
      most = Math.max(most, sockets.size)
      isFull ||= held.length === 16
      if (isFull) for (const each of held.splice(0)) each.end('page')
    })
    await using(local, async (fetch) => {
      const page = async () => (await fetch(`http://host.test:${port}/`)).text()
      expect(new Set(await Promise.all(Array.from({ length: 64 }, page)))).toEqual(new Set(['page']))
    })
    expect(most).toBe(16)
    close()
  })

  it('are 256 at a time at most', { timeout: 30_000 }, async () => {
    const { port, sockets, close } = await listening(() => undefined)
    await using(local, async (fetch) => {
      const caller = new AbortController()
      const answers = Array.from({ length: 300 }, (_, number) =>
        fetch(`http://host${number}.test:${port}/`, { signal: caller.signal }).catch((error: Error) =>
          error.name === 'AbortError' ? 'left' : 'refused',
        ),
      )
      await vi.waitFor(() => expect(sockets.size).toBe(256), { timeout: 20_000 })
      caller.abort()
      const outcomes = await Promise.all(answers)
      expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(44)
      await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 20_000 })
      const { port: other, close: closeOther } = await listening((response) => response.end('page'))
      const page = () => fetch(`http://another.test:${other}/`).then((response) => response.text())
      await vi.waitFor(async () => expect(await page()).toBe('page'), { timeout: 10_000 })
      closeOther()
    })
    close()
  })
})
