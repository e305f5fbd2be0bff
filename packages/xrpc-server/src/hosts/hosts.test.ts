/** The rules of HTTP: one list, over every host. */
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  zstdDecompressSync,
} from 'node:zlib'
import { XrpcError } from '@atoll/xrpc'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesOf, hosts, type TestHost, type TestReply, type TestRequest } from '../../test/hosts.ts'
import { add, count, download, greet, touch, upload } from '../../test/methods.ts'
import { type Authorize, createRouter, type Handler, type Route, type RouterOptions, route, stream } from '../index.ts'

const anyone: Authorize<undefined> = () => undefined
const greeter: Handler<typeof greet> = ({ params }) => ({ greeting: `hello ${params.name}`.repeat(params.times) })
const adder: Handler<typeof add> = ({ input }) => ({ sum: input.numbers.reduce((sum, each) => sum + each, 0) })
const receiver: Handler<typeof upload> = async ({ body, encoding = '' }) => ({
  size: (await bytesOf(body)).length,
  encoding,
})
const sender: Handler<typeof download> = ({ params }) => ({
  encoding: params.encoding ?? 'application/octet-stream',
  body: new Uint8Array(params.bytes).fill(120),
})

const routes: Route[] = [
  route(greet, anyone, greeter),
  route(add, anyone, adder),
  route(touch, anyone, async () => {}),
  route(upload, anyone, receiver, { maxBytes: 1_000_000 }),
  route(download, anyone, sender),
  stream(count, anyone, async function* () {}),
]
const replaced = (other: Route) => routes.map((each) => (each.method === other.method ? other : each))

const jsonHeaders = { 'content-type': 'application/json' }
const xrpc = (name: string) => `/xrpc/test.atoll.${name}`

describe.each(hosts)('on %s', (_, open) => {
  let host: TestHost | undefined
  afterEach(() => host?.close())

  const serve = async (options: RouterOptions = {}, served = routes) => {
    host = await open(createRouter(served, options))
    return host
  }
  const send = (path: string, request?: TestRequest) => host!.send(path, request)
  const post = (name: string, body?: TestRequest['body'], headers: Record<string, string> = jsonHeaders) =>
    send(xrpc(name), { method: 'POST', headers, ...(body === undefined ? {} : { body }) })
  const read = async (reply: TestReply) => {
    const text = (await bytesOf(reply.body)).toString()
    return { status: reply.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  const refused = async (reply: TestReply) => {
    const { status, body } = await read(reply)
    const { error, message, ...rest } = body as { error: string; message: string }
    expect(rest).toEqual({})
    expect(message).not.toBe('')
    expect(reply.header('content-type')).toBe('application/json; charset=utf-8')
    expect(reply.header('access-control-allow-origin')).toBe('*')
    return `${status} ${error}: ${message}`
  }

  describe('parameters', () => {
    it('come typed, with their defaults, and without those that nobody declared', async () => {
      const seen: unknown[] = []
      await serve({}, [
        route(greet, anyone, ({ params }) => {
          seen.push(params)
          return { greeting: '' }
        }),
      ])
      await send(`${xrpc('greet')}?name=%C3%A9%20x&tags=a&tags=b&loud=true&other=1`)
      await send(`${xrpc('greet')}?name=a+b&times=3`)
      expect(seen).toEqual([
        { name: 'é x', times: 1, tags: ['a', 'b'], loud: true },
        { name: 'a b', times: 3 },
      ])
    })

    it('may spell arrays with brackets, and only those', async () => {
      const seen: unknown[] = []
      await serve({}, [
        route(greet, anyone, ({ params }) => {
          seen.push(params)
          return { greeting: '' }
        }),
      ])
      for (const query of [
        'tags[]=a&tags[]=b',
        'tags[0]=a&tags[1]=b',
        'tags%5B%5D=a&tags%5b1%5d=b',
        'tags[99999999999999999999]=a&tags[0]=b',
        'tags=a&tags[]=b',
        'tags[]=a&tags=b',
        'name[]=c&times[0]=7&tags[]=a&loud[]=true&tags=b',
        'tags=a&tags[x]=c&tags[0][0]=c&tags[-1]=c&[]=c&__proto__[]=c&tags=b',
      ]) {
        expect((await read(await send(`${xrpc('greet')}?name=x&${query}`))).status, query).toBe(200)
        expect(seen.pop(), query).toEqual({ name: 'x', times: 1, tags: ['a', 'b'] })
      }
      expect(await refused(await send(`${xrpc('greet')}?name[]=x`))).toMatch(/^400 InvalidRequest: .*name/)
    })

    it('are refused with a sentence that names them', async () => {
      await serve()
      for (const [query, fault] of [
        ['', 'name'],
        ['?name=a&times=none', 'times'],
        ['?name=a&times=0', 'times'],
        ['?name=a&loud=yes', 'loud'],
        ['?name=a&name=b', 'name'],
        [`?name=${'a'.repeat(21)}`, 'name'],
      ] as const) {
        expect(await refused(await send(xrpc('greet') + query))).toMatch(new RegExp(`^400 InvalidRequest: .*${fault}`))
      }
    })
  })

  describe('methods and paths', () => {
    it('refuses what is not served with 501, and what is no method name with 400', async () => {
      await serve()
      expect(await refused(await send(xrpc('unknown')))).toBe(
        '501 MethodNotImplemented: test.atoll.unknown is not served here',
      )
      expect(await refused(await post('unknown', '{}'))).toMatch(/^501 MethodNotImplemented/)
      for (const path of [
        '/xrpc/',
        '/xrpc/nothing',
        '/xrpc/a..b',
        '/xrpc/test.atoll.greet/more',
        '/xrpc/test.atoll.gr%65et',
      ]) {
        expect(await refused(await send(path))).toMatch(/^400 InvalidRequest/)
      }
      expect(await refused(await send('/'))).toMatch(/^404 NotFound/)
    })

    it('ignores a slash at the end', async () => {
      await serve({ health: () => ({ version: '1' }) })
      expect(await read(await send(`${xrpc('greet')}/?name=a`))).toEqual({
        status: 200,
        body: { greeting: 'hello a' },
      })
      expect(
        (await read(await send(`${xrpc('add')}/`, { method: 'POST', headers: jsonHeaders, body: '{"numbers":[]}' })))
          .status,
      ).toBe(200)
      expect((await read(await send('/xrpc/_health/'))).status).toBe(200)
      expect(await refused(await send(`${xrpc('unknown')}/`))).toMatch(/^501 MethodNotImplemented/)
      expect(await refused(await send(`${xrpc('count')}/`))).toMatch(/^426 UpgradeRequired/)
      for (const path of ['//', '/x', '/%2F']) {
        expect(await refused(await send(xrpc(`greet${path}`)))).toMatch(/^400 InvalidRequest/)
      }
    })

    it('refuses the wrong verb with 405, and says which is right', async () => {
      await serve()
      const posted = await post('greet', '{}')
      expect(posted.header('allow')).toBe('GET')
      expect(await refused(posted)).toMatch(/^405 InvalidRequest/)
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
        const got = await send(xrpc('add'), { method })
        expect(got.header('allow')).toBe('POST')
        expect(got.status).toBe(405)
        await bytesOf(got.body)
      }
    })

    it('asks for an upgrade where a subscription is read like a query', async () => {
      await serve()
      expect(await refused(await send(xrpc('count')))).toMatch(/^426 UpgradeRequired/)
    })

    it('answers HEAD of a query with the headers alone', async () => {
      await serve()
      const head = await send(`${xrpc('greet')}?name=bob`, { method: 'HEAD' })
      expect(head.status).toBe(200)
      expect(head.header('content-length')).toBe('24')
      expect(head.header('content-type')).toBe('application/json; charset=utf-8')
      expect(await bytesOf(head.body)).toHaveLength(0)
    })

    it('reports its health, and 503 when there is a fault', async () => {
      let isHealthy = true
      const faults: unknown[] = []
      await serve({
        onError: (error) => faults.push(error),
        health: () => {
          if (!isHealthy) throw new Error('the database is gone')
          return { version: '1.2.3' }
        },
      })
      expect(await read(await send('/xrpc/_health'))).toEqual({ status: 200, body: { version: '1.2.3' } })
      const head = await send('/xrpc/_health', { method: 'HEAD' })
      expect({ status: head.status, bytes: (await bytesOf(head.body)).length }).toEqual({ status: 200, bytes: 0 })
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const written = await send('/xrpc/_health', { method })
        expect(written.header('allow')).toBe('GET')
        expect(await refused(written)).toMatch(/^405 InvalidRequest/)
      }
      isHealthy = false
      expect(await refused(await send('/xrpc/_health'))).toBe('503 ServiceUnavailable: the service is not healthy')
      expect(faults).toEqual([new Error('the database is gone')])
    })
  })

  describe('input', () => {
    it('is JSON where the lexicon says so', async () => {
      await serve()
      expect(await read(await post('add', '{"numbers":[1,2,3]}'))).toEqual({ status: 200, body: { sum: 6 } })
      const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
      expect(await read(await post('add', '{"numbers":[]}', headers))).toEqual({ status: 200, body: { sum: 0 } })
    })

    it('is refused in another encoding, in none, or not at all', async () => {
      await serve()
      for (const [body, headers] of [
        ['{"numbers":[]}', { 'content-type': 'text/plain' }],
        ['{"numbers":[]}', {}],
        ['{"numbers":[]}', { 'content-type': 'json' }],
        ['', jsonHeaders],
        [undefined, jsonHeaders],
        [undefined, {}],
      ] as const) {
        // The web's own Request would add a content-type to text.
        const bytes = body === undefined ? undefined : Buffer.from(body)
        expect(await refused(await post('add', bytes, headers))).toMatch(/^400 InvalidRequest/)
      }
    })

    it('is refused when it is not what the lexicon, the data model or JSON allow', async () => {
      await serve()
      for (const body of [
        '{"numbers":[1',
        'numbers=1',
        '{"numbers":["1"]}',
        '{"numbers":[1.5]}',
        '{"numbers":[9007199254740993]}',
        '{"numbers":[],"x":{"$link":"x"}}',
        '{"numbers":[],"x":"\\ud800"}',
        '{}',
        '[]',
        'null',
        `{"numbers":[],"x":${'['.repeat(2000)}${']'.repeat(2000)}}`,
        Buffer.from([0x22, 0xff, 0x22]),
      ]) {
        expect(await refused(await post('add', body))).toMatch(/^400 InvalidRequest/)
      }
    })

    it('may not come where none is declared', async () => {
      await serve()
      expect(await refused(await post('touch', '{}'))).toBe(
        '400 InvalidRequest: test.atoll.touch takes no request body',
      )
      const empty = await post('touch', undefined, {})
      expect(empty.status).toBe(200)
      expect(await bytesOf(empty.body)).toHaveLength(0)
    })

    it('may be announced where none is declared, as long as no byte comes', async () => {
      await serve()
      const chunked = async function* (...chunks: string[]) {
        for (const chunk of chunks) yield Buffer.from(chunk)
      }
      expect((await post('touch', chunked(), {})).status).toBe(200)
      expect((await post('touch', chunked(), { 'content-encoding': 'gzip' })).status).toBe(200)
      expect(await refused(await post('touch', chunked('', '{', '}'), {}))).toBe(
        '400 InvalidRequest: test.atoll.touch takes no request body',
      )
    })

    it('is refused by its content-length, before anything is read', async () => {
      await serve({ maxJsonBytes: 100 })
      const body = JSON.stringify({ numbers: new Array(100).fill(1) })
      const large = '413 PayloadTooLargeError: request entity too large'
      expect(await refused(await post('add', body))).toBe(large)
      expect(await refused(await post('upload', new Uint8Array(1_000_001), { 'content-type': 'x/y' }))).toBe(large)
    })

    it('is refused as soon as it has become too large', async () => {
      await serve({ maxJsonBytes: 100 })
      const endless = (async function* () {
        for (;;) yield new Uint8Array(10_000).fill(32)
      })()
      const large = '413 PayloadTooLargeError: request entity too large'
      expect(await refused(await post('add', endless))).toBe(large)
      const endlessToo = (async function* () {
        for (;;) yield new Uint8Array(100_000)
      })()
      expect(await refused(await post('upload', endlessToo, { 'content-type': 'x/y' }))).toBe(large)
    })

    it('is decoded from gzip, deflate and br', async () => {
      await serve()
      const text = '{"numbers":[20,22]}'
      for (const [coding, bytes] of [
        ['gzip', gzipSync(text)],
        ['X-GZip', gzipSync(text)],
        ['deflate', deflateSync(text)],
        ['br', brotliCompressSync(text)],
        ['identity', Buffer.from(text)],
        ['identity, gzip', gzipSync(text)],
      ] as const) {
        const reply = await post('add', bytes, { ...jsonHeaders, 'content-encoding': coding })
        expect(await read(reply), coding).toEqual({ status: 200, body: { sum: 42 } })
      }
      const reply = await post('upload', gzipSync(text), { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
      expect(await read(reply)).toEqual({ status: 200, body: { size: text.length, encoding: 'text/plain' } })
    })

    it('is bounded after decoding, so that a small bomb does no harm', async () => {
      await serve()
      const bomb = gzipSync(Buffer.alloc(50_000_000))
      for (const name of ['add', 'upload']) {
        const headers = { ...jsonHeaders, 'content-encoding': 'gzip' }
        expect(await refused(await post(name, bomb, headers))).toBe(
          '413 PayloadTooLargeError: request entity too large',
        )
      }
    })

    it('is refused with 415 when codings stand in a row, unread', async () => {
      await serve()
      // A gigabyte of empty members for gzip, as brotli: it comes to nothing, after seconds of
      // work.
      const members = Buffer.concat(Array<Buffer>(50_000).fill(gzipSync('')))
      const bomb = brotliCompressSync(Buffer.concat([members, gzipSync('{"numbers":[1]}')]))
      for (const name of ['add', 'upload']) {
        const reply = await post(name, bomb, { ...jsonHeaders, 'content-encoding': 'gzip, br' })
        expect(reply.header('accept-encoding')).toContain('gzip')
        expect(await refused(reply)).toBe('415 InvalidRequest: only one content-encoding may be applied')
      }
    })

    it('is bounded before decoding too, where no content-length says so', async () => {
      await serve({ maxJsonBytes: 10_000 })
      // Empty blocks of deflate, without an end.
      const nothing = (async function* () {
        yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
        for (;;) yield Buffer.from([0, 0, 0, 0xff, 0xff].concat(...Array<number[]>(500).fill([0, 0, 0, 0xff, 0xff])))
      })()
      const headers = { ...jsonHeaders, 'content-encoding': 'gzip' }
      expect(await refused(await post('add', nothing, headers))).toBe(
        '413 PayloadTooLargeError: request entity too large',
      )
    })

    it('is refused when it is not in the coding it names, or in one that nobody knows', async () => {
      await serve()
      const coded = (coding: string, bytes: Uint8Array) =>
        post('add', bytes, { ...jsonHeaders, 'content-encoding': coding })
      const cut = gzipSync('{"numbers":[1]}').subarray(0, 20)
      expect(await refused(await coded('gzip', Buffer.from('{"numbers":[]}')))).toBe(
        '400 InvalidRequest: the body is not valid gzip',
      )
      expect(await refused(await coded('gzip', cut))).toBe('400 InvalidRequest: the body is not valid gzip')
      expect(await refused(await coded('br', Buffer.from('{"numbers":[]}')))).toBe(
        '400 InvalidRequest: the body is not valid br',
      )
      const unknown = await coded('compress', Buffer.from('{}'))
      expect(unknown.header('accept-encoding')).toContain('gzip')
      expect(await refused(unknown)).toMatch(/^415 /)
      expect(await refused(await coded('gzip, gzip, gzip', Buffer.from('{}')))).toMatch(/^415 /)
    })
  })

  describe('output', () => {
    const large = `${xrpc('greet')}?name=abcdefghij&times=100`
    const decoders = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }

    it.each(['gzip', 'br', 'zstd'] as const)('is compressed with %s when that is asked for', async (coding) => {
      await serve()
      const reply = await send(large, { headers: { 'accept-encoding': `${coding}, x-unknown` } })
      expect(reply.header('content-encoding')).toBe(coding)
      expect(reply.header('vary')).toBe('accept-encoding')
      const bytes = await bytesOf(reply.body)
      expect(bytes.length).toBeLessThan(200)
      expect(JSON.parse(decoders[coding](bytes).toString())).toEqual({ greeting: 'hello abcdefghij'.repeat(100) })
    })

    it('is compressed in the coding liked best', async () => {
      await serve()
      const coding = async (accept: string) => {
        const reply = await send(large, { headers: { 'accept-encoding': accept } })
        await bytesOf(reply.body)
        return reply.header('content-encoding')
      }
      expect(await coding('gzip;q=0.5, br;q=0.6, zstd;q=0.4')).toBe('br')
      expect(await coding('*')).toBe('zstd')
      expect(await coding('gzip;q=0, *;q=0.1')).toBe('zstd')
      expect(await coding('identity, gzip;q=0.5')).toBeNull()
      expect(await coding('x-unknown')).toBeNull()
    })

    it('is not compressed when small, when nobody asked, or when it is compressed by nature', async () => {
      await serve()
      const headers = { 'accept-encoding': 'gzip, br' }
      for (const [path, given] of [
        [`${xrpc('greet')}?name=a`, headers],
        [large, {}],
        [`${xrpc('download')}?bytes=5000&encoding=image/jpeg`, headers],
        [`${xrpc('download')}?bytes=1023&encoding=text/plain`, headers],
      ] as const) {
        const reply = await send(path, { headers: given })
        expect(reply.header('content-encoding')).toBeNull()
        expect(await bytesOf(reply.body)).toHaveLength(Number(reply.header('content-length')))
      }
      const car = await send(`${xrpc('download')}?bytes=1024&encoding=application/vnd.ipld.car`, { headers })
      expect(car.header('content-encoding')).toBe('br')
      expect(brotliDecompressSync(await bytesOf(car.body))).toHaveLength(1024)
    })

    it('is compressed even when small for a client that rules out everything else', async () => {
      await serve()
      const reply = await send(`${xrpc('greet')}?name=a`, { headers: { 'accept-encoding': 'gzip, identity;q=0' } })
      expect(gunzipSync(await bytesOf(reply.body)).toString()).toBe('{"greeting":"hello a"}')
    })

    it('is plain for a client that rules out everything, or whose header is malformed', async () => {
      await serve()
      for (const accept of ['x-unknown, *;q=0', 'identity;q=0', 'gzip, ;q=1', 'gzip;q=2', 'gzip;level=5']) {
        const headers = { ...jsonHeaders, 'accept-encoding': accept }
        expect(await read(await post('add', '{"numbers":[1,2]}', headers)), accept).toEqual({
          status: 200,
          body: { sum: 3 },
        })
        const reply = await send(large, { headers })
        expect(reply.status).toBe(200)
        expect(reply.header('content-encoding')).toBeNull()
        expect(reply.header('vary')).toBe('accept-encoding')
        expect(await bytesOf(reply.body)).toHaveLength(Number(reply.header('content-length')))
      }
    })

    it('carries the headers that the handler sets', async () => {
      await serve({}, [
        route(download, anyone, ({ responseHeaders }) => {
          responseHeaders.set('Atproto-Repo-Rev', '3kabc')
          return { encoding: 'text/plain', body: 'x', headers: { 'x-content-type-options': 'nosniff' } }
        }),
      ])
      const reply = await send(xrpc('download'))
      expect(reply.header('content-type')).toBe('text/plain')
      expect(reply.header('atproto-repo-rev')).toBe('3kabc')
      expect(reply.header('x-content-type-options')).toBe('nosniff')
      expect((await bytesOf(reply.body)).toString()).toBe('x')
    })

    it('is an opaque 500 when it breaks its lexicon', async () => {
      const errors: unknown[] = []
      const wrong = (() => ({ sum: 'much' })) as unknown as Handler<typeof add>
      await serve({ onError: (error) => errors.push(error) }, replaced(route(add, anyone, wrong)))
      expect(await refused(await post('add', '{"numbers":[]}'))).toBe('500 InternalServerError: Internal Server Error')
      expect(String(errors[0])).toContain('test.atoll.add is not valid: /sum')
    })
  })

  describe('errors', () => {
    const failing = (error: unknown) =>
      replaced(
        route(greet, anyone, async () => {
          throw error
        }),
      )

    it('carry their declared name, status and headers', async () => {
      const headers = { 'www-authenticate': 'DPoP' }
      await serve({}, failing(new XrpcError('TooManyTimes', 'not that often')))
      expect(await refused(await send(`${xrpc('greet')}?name=a`))).toBe('400 TooManyTimes: not that often')
      await host!.close()
      await serve({}, failing(new XrpcError('AuthenticationRequired', 'who?', { headers })))
      const reply = await send(`${xrpc('greet')}?name=a`)
      expect(reply.header('www-authenticate')).toBe('DPoP')
      expect(await refused(reply)).toBe('401 AuthenticationRequired: who?')
    })

    it('are opaque when nobody foresaw them, and reported', async () => {
      const reports: [unknown, string | undefined][] = []
      const fault = new Error('/var/lib/secret: SELECT * FROM password')
      await serve({ onError: (error, { nsid }) => reports.push([error, nsid]) }, failing(fault))
      expect(await refused(await send(`${xrpc('greet')}?name=a`))).toBe(
        '500 InternalServerError: Internal Server Error',
      )
      expect(reports).toEqual([[fault, 'test.atoll.greet']])
    })

    it('leave a report of every request', async () => {
      const reports: unknown[] = []
      const error = new XrpcError('TooManyTimes', 'no')
      await serve(
        {
          onRequest: ({ nsid, status, error, ms, request }) =>
            reports.push([request.method, nsid, status, error, ms >= 0]),
        },
        failing(error),
      )
      await bytesOf((await send(`${xrpc('greet')}?name=a`)).body)
      await bytesOf((await send(xrpc('nothing'))).body)
      await bytesOf((await post('add', '{"numbers":[]}')).body)
      expect(reports).toEqual([
        ['GET', 'test.atoll.greet', 400, error, true],
        ['GET', 'test.atoll.nothing', 501, expect.any(XrpcError), true],
        ['POST', 'test.atoll.add', 200, undefined, true],
      ])
    })
  })

  describe('other origins', () => {
    it('may use everything, for a day after asking', async () => {
      await serve()
      const headers = {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,atproto-proxy',
      }
      const reply = await send(xrpc('add'), { method: 'OPTIONS', headers })
      expect(reply.status).toBe(204)
      expect(reply.header('access-control-allow-origin')).toBe('*')
      expect(reply.header('access-control-allow-headers')).toBe('authorization,atproto-proxy')
      expect(reply.header('access-control-allow-methods')).toContain('POST')
      expect(reply.header('access-control-max-age')).toBe('86400')
      expect(reply.header('access-control-allow-credentials')).toBeNull()
      expect(await bytesOf(reply.body)).toHaveLength(0)
    })

    it('see the headers that matter on every answer', async () => {
      await serve({ fallback: () => ({ status: 200, headers: {}, body: 'page' }) })
      for (const path of [`${xrpc('greet')}?name=a`, xrpc('greet'), '/page']) {
        const reply = await send(path)
        expect(reply.header('access-control-allow-origin')).toBe('*')
        const exposed = reply.header('access-control-expose-headers')
        for (const name of ['ratelimit-remaining', 'atproto-repo-rev', 'retry-after', 'dpop-nonce']) {
          expect(exposed).toContain(name)
        }
        await bytesOf(reply.body)
      }
    })

    it('are shut out of the paths that the app keeps for itself', async () => {
      await serve({
        crossOrigin: (path) => !path.startsWith('/consent'),
        fallback: ({ method }) => ({ status: method === 'OPTIONS' ? 405 : 200, headers: {}, body: '' }),
      })
      for (const method of ['OPTIONS', 'GET']) {
        const reply = await send('/consent', { method })
        expect(reply.header('access-control-allow-origin')).toBeNull()
        await bytesOf(reply.body)
      }
    })
  })

  describe('callers', () => {
    it('are authorized before their input is read, after their parameters', async () => {
      const seen: unknown[] = []
      const may: Authorize<{ user: string }> = async ({ headers, params, nsid }) => {
        const user = headers.get('authorization')
        if (!user) throw new XrpcError('AuthMissing', 'Authentication Required')
        seen.push([nsid, params])
        return { user }
      }
      await serve({}, [
        route(add, may, ({ credentials }) => ({ sum: credentials.user.length })),
        route(greet, may, ({ credentials }) => ({ greeting: credentials.user })),
      ])
      expect(await refused(await post('add', 'not json'))).toBe('401 AuthMissing: Authentication Required')
      expect(await refused(await send(xrpc('greet')))).toMatch(/^400 InvalidRequest/)
      const headers = { ...jsonHeaders, Authorization: 'bob' }
      expect(await read(await post('add', '{"numbers":[]}', headers))).toEqual({ status: 200, body: { sum: 3 } })
      await bytesOf((await send(`${xrpc('greet')}?name=a`, { headers })).body)
      expect(seen).toEqual([
        ['test.atoll.add', {}],
        ['test.atoll.greet', { name: 'a', times: 1 }],
      ])
    })

    it('have the address that trusted proxies saw', async () => {
      const router = replaced(route(greet, anyone, ({ ip }) => ({ greeting: ip })))
      await serve({}, router)
      const ip = async (forwarded?: string) => {
        const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
        return ((await read(await send(`${xrpc('greet')}?name=a`, { headers }))).body as { greeting: string }).greeting
      }
      expect(await ip()).toBe('127.0.0.1')
      expect(await ip('203.0.113.9')).toBe('203.0.113.9')
      expect(await ip('198.51.100.7, 203.0.113.9, 10.0.0.1')).toBe('203.0.113.9')
      expect(await ip('nonsense')).toBe('127.0.0.1')
    })
  })

  describe('rate limits', () => {
    const nowMs = Date.UTC(2026, 0, 1)
    const limit = { name: 'all', points: 2, durationMs: 300_000 }
    const from = (ip: string, more = {}) => ({ headers: { ...jsonHeaders, 'x-forwarded-for': ip, ...more } })

    it('count every request of an address, tell how many are left, and then refuse', async () => {
      await serve({ rateLimits: { global: [limit] }, now: () => nowMs })
      const get = (ip: string, path = `${xrpc('greet')}?name=a`) => send(path, from(ip))
      const first = await get('192.0.2.1')
      expect(first.header('ratelimit-limit')).toBe('2')
      expect(first.header('ratelimit-remaining')).toBe('1')
      expect(first.header('ratelimit-reset')).toBe(String(nowMs / 1000 + 300))
      expect(first.header('ratelimit-policy')).toBe('2;w=300')
      await bytesOf(first.body)
      expect(await refused(await get('192.0.2.1', xrpc('unknown')))).toMatch(/^501/)
      const third = await get('192.0.2.1')
      expect(third.header('ratelimit-remaining')).toBe('0')
      expect(third.header('retry-after')).toBe('300')
      expect(await refused(third)).toBe('429 RateLimitExceeded: Rate Limit Exceeded')
      expect((await read(await get('192.0.2.2'))).status).toBe(200)
    })

    it('leave out web pages, what is not there, and the health check', async () => {
      await serve({
        rateLimits: { global: [{ ...limit, points: 1 }] },
        health: () => ({}),
        fallback: ({ path }) => (path === '/' ? { status: 200, headers: {}, body: 'home' } : undefined),
      })
      for (const [path, status] of [
        ['/', 200],
        ['/nothing', 404],
        ['/.well-known/atproto-did', 404],
        ['/xrpc', 404],
        ['/xrpc/_health', 200],
      ] as const) {
        for (let i = 0; i < 3; i++) {
          const reply = await send(path, from('192.0.2.1'))
          expect(reply.status).toBe(status)
          expect(reply.header('ratelimit-limit')).toBeNull()
          await bytesOf(reply.body)
        }
      }
      expect((await read(await send(`${xrpc('greet')}?name=a`, from('192.0.2.1')))).status).toBe(200)
      expect(await refused(await send(`${xrpc('greet')}?name=a`, from('192.0.2.1')))).toMatch(/^429/)
    })

    it('draw points of a route from the budgets, and count its own limits by their own keys', async () => {
      const served = [
        route(add, anyone, adder, {
          points: ({ input }) => input.numbers.length,
          limits: [{ name: 'first', points: 2, durationMs: 1000, key: ({ input }) => String(input.numbers[0]) }],
        }),
      ]
      await serve(
        { rateLimits: { budgets: [{ name: 'writes', points: 10, durationMs: 1000 }] }, now: () => nowMs },
        served,
      )
      const spend = async (...numbers: number[]) => {
        const reply = await send(xrpc('add'), {
          method: 'POST',
          body: JSON.stringify({ numbers }),
          ...from('192.0.2.1'),
        })
        await bytesOf(reply.body)
        return `${reply.status} ${reply.header('ratelimit-remaining')}/${reply.header('ratelimit-limit')}`
      }
      expect(await spend(1, 2)).toBe('200 1/2')
      expect(await spend(1, 2)).toBe('200 0/2')
      expect(await spend(1)).toBe('429 0/2')
      expect(await spend(2, 2, 2, 2)).toBe('200 1/10')
      expect(await spend(3, 3)).toBe('429 0/10')
    })

    it('count whom a route of its own limits refuses, and no other', async () => {
      const byName: Authorize<string> = ({ headers, responseHeaders: _ }) => {
        const name = headers.get('x-name')
        if (name === null) throw new XrpcError('AuthMissing', 'a name is needed')
        return name
      }
      const own = [
        { name: 'own', points: 2, durationMs: 60_000, key: ({ credentials }: { credentials: string }) => credentials },
      ]
      const served = [route(greet, byName, greeter, { skipGlobalLimits: true, limits: own }), route(add, anyone, adder)]
      await serve({ rateLimits: { global: [{ ...limit, points: 2 }] } }, served)
      const greetAs = async (headers: Record<string, string>) => {
        const reply = await send(`${xrpc('greet')}?name=a`, from('192.0.2.1', headers))
        await bytesOf(reply.body)
        return reply.status
      }
      for (const name of ['alice', 'bob', 'carol']) {
        expect([await greetAs({ 'x-name': name }), await greetAs({ 'x-name': name })]).toEqual([200, 200])
        expect(await greetAs({ 'x-name': name })).toBe(429)
      }
      expect([await greetAs({}), await greetAs({}), await greetAs({})]).toEqual([401, 401, 429])
      expect(await greetAs({ 'x-name': 'dave' })).toBe(200)
    })

    it('let those pass who may, and leave out routes that have their own', async () => {
      const served = [route(greet, anyone, greeter, { skipGlobalLimits: true }), route(add, anyone, adder)]
      const bypass = ({ headers }: { headers: { get(name: string): string | null } }) =>
        headers.get('x-ratelimit-bypass') === 'key'
      await serve({ rateLimits: { global: [{ ...limit, points: 0 }], bypass } }, served)
      expect((await read(await send(`${xrpc('greet')}?name=a`))).status).toBe(200)
      const body = '{"numbers":[]}'
      const passed = await send(xrpc('add'), {
        method: 'POST',
        body,
        ...from('192.0.2.1', { 'x-ratelimit-bypass': 'key' }),
      })
      expect(passed.header('ratelimit-limit')).toBeNull()
      expect((await read(passed)).status).toBe(200)
      expect((await read(await send(xrpc('add'), { method: 'POST', body, ...from('192.0.2.1') }))).status).toBe(429)
    })
  })

  describe('what is answered elsewhere', () => {
    it('goes to the fallback as it came, streams included, both ways', async () => {
      await serve({
        fallback: ({ method, path, query, headers, body }, nsid) => ({
          status: 201,
          headers: {
            'x-seen': [method, path, query, nsid, headers.get('x-given')].join('|'),
            'set-cookie': ['a=1', 'b=2'],
          },
          body: body ?? 'nothing',
        }),
      })
      const body = (async function* () {
        yield Buffer.from('one ')
        yield Buffer.from('two')
      })()
      const reply = await send('/xrpc/app.example.method?a=%20b&c', {
        method: 'POST',
        body,
        headers: { 'x-given': 'yes' },
      })
      expect(reply.status).toBe(201)
      expect(reply.header('x-seen')).toBe('POST|/xrpc/app.example.method|a=%20b&c|app.example.method|yes')
      expect(reply.header('set-cookie')).toMatch(/a=1,\s?b=2/)
      expect((await bytesOf(reply.body)).toString()).toBe('one two')
      const page = await send('/page')
      expect(page.header('x-seen')).toBe('GET|/page|||')
      expect((await bytesOf(page.body)).toString()).toBe('nothing')
    })

    it('may be a method that is served here, when the app would rather send it on', async () => {
      const seen: string[] = []
      await serve({
        intercept: (request, nsid) => {
          seen.push(nsid)
          if (request.headers.get('atproto-proxy') === null) return undefined
          return { status: 200, headers: { 'content-type': 'text/plain' }, body: request.body ?? 'elsewhere' }
        },
      })
      const headers = { ...jsonHeaders, 'atproto-proxy': 'did:web:other#service' }
      const sent = await send(`${xrpc('greet')}`, { headers })
      expect((await bytesOf(sent.body)).toString()).toBe('elsewhere')
      expect((await bytesOf((await post('add', 'not json', headers)).body)).toString()).toBe('not json')
      expect((await read(await send(`${xrpc('greet')}?name=a`))).body).toEqual({ greeting: 'hello a' })
      expect(seen).toEqual(['test.atoll.greet', 'test.atoll.add', 'test.atoll.greet'])
    })

    it('is refused like everything else when the app throws', async () => {
      await serve({
        fallback: () => {
          throw new XrpcError('UpstreamFailure', 'Upstream service unreachable')
        },
      })
      expect(await refused(await send('/xrpc/app.example.method'))).toBe(
        '502 UpstreamFailure: Upstream service unreachable',
      )
    })

    it('is compressed unless that has been done', async () => {
      const text = 'x'.repeat(5000)
      await serve({
        fallback: ({ path }) => {
          const headers = { 'content-type': 'text/html' }
          if (path === '/plain') return { status: 200, headers, body: text }
          return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(text) }
        },
      })
      for (const path of ['/coded', '/plain']) {
        const reply = await send(path, { headers: { 'accept-encoding': 'gzip' } })
        expect(reply.header('content-encoding')).toBe('gzip')
        expect(gunzipSync(await bytesOf(reply.body)).toString()).toBe(text)
      }
    })
  })
})

describe('a router', () => {
  it('refuses two routes for one method', () => {
    expect(() => createRouter([...routes, ...routes])).toThrow('declared twice')
  })
})
