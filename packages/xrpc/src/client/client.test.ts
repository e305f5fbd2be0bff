import { describe, expect, expectTypeOf, it } from 'vitest'
import { download, find, store, touch, upload } from '../../test/methods.ts'
import { XrpcError } from '../errors.ts'
import { type ClientOptions, createClient, type FetchLike } from './client.ts'

const service = 'https://pds.example'

interface Seen {
  url: string
  method: string
  headers: Record<string, string>
  body: string
}

/** A server that gives these answers in turn, and remembers what it was asked. */
function serverOf(...answers: (Response | Error)[]) {
  const seen: Seen[] = []
  const fetch: FetchLike = async (url, init) => {
    const request = new Request(url, init)
    seen.push({ url, method: request.method, headers: Object.fromEntries(request.headers), body: await request.text() })
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!
    if (answer instanceof Error) throw answer
    return answer.clone()
  }
  return { seen, fetch }
}

const json = (body: unknown, init: ResponseInit = {}) => Response.json(body, init)
const refusal = (status: number, error: string, headers: Record<string, string> = {}) =>
  json({ error, message: `${error}!` }, { status, headers })

const clientOf = (fetch: FetchLike, options: Partial<ClientOptions> = {}) =>
  createClient({ service, fetch, ...options })

describe('a call', () => {
  it('sends a query with its parameters, and reads its output', async () => {
    const { seen, fetch } = serverOf(json({ found: 3 }, { headers: { 'atproto-repo-rev': '3k' } }))
    const client = clientOf(fetch, { headers: { 'x-always': '1' } })
    const answer = await client.call(find, { params: { name: 'é &', tags: ['a', 'b'] }, headers: { 'x-once': '2' } })
    expectTypeOf(answer.data).toEqualTypeOf<{ found: number }>()
    expect(answer.data).toEqual({ found: 3 })
    expect(answer.headers.get('atproto-repo-rev')).toBe('3k')
    const url = 'https://pds.example/xrpc/test.atoll.find?name=%C3%A9+%26&tags=a&tags=b'
    expect(seen).toEqual([{ url, method: 'GET', headers: { 'x-always': '1', 'x-once': '2' }, body: '' }])
  })

  it('sends the input of a procedure as JSON of the data model', async () => {
    const { seen, fetch } = serverOf(json({ id: 7 }))
    const { data } = await clientOf(fetch).call(store, { input: { text: 'a', bytes: new Uint8Array([1]) } })
    expect(data).toEqual({ id: 7 })
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(seen[0]!.body).toBe('{"text":"a","bytes":{"$bytes":"AQ"}}')
  })

  it('sends nothing where there is no input', async () => {
    const { seen, fetch } = serverOf(new Response(null))
    expect((await clientOf(fetch).call(touch)).data).toBeUndefined()
    expect(seen).toEqual([{ url: `${service}/xrpc/test.atoll.touch`, method: 'POST', headers: {}, body: '' }])
  })

  it('sends bytes and streams with the media type given', async () => {
    const { seen, fetch } = serverOf(json({ size: 3 }))
    const client = clientOf(fetch)
    const stream = async function* () {
      yield Buffer.from('on')
      yield Buffer.from('e')
    }
    await client.call(upload, { input: Buffer.from('one'), encoding: 'text/plain' })
    await client.call(upload, { input: stream(), encoding: 'text/plain' })
    await client.call(upload, { input: new Blob(['one']) })
    expect(seen.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['text/plain', 'one'],
      ['text/plain', 'one'],
      ['application/octet-stream', 'one'],
    ])
  })

  it('reads bytes whole, or as they arrive', async () => {
    const { fetch } = serverOf(new Response('bytes', { headers: { 'content-type': 'image/png' } }))
    const whole = await clientOf(fetch).call(download)
    expectTypeOf(whole.data).toEqualTypeOf<Uint8Array>()
    expect(Buffer.from(whole.data).toString()).toBe('bytes')
    const { encoding, body } = await clientOf(fetch).open(download)
    expect(encoding).toBe('image/png')
    let text = ''
    for await (const chunk of body) text += Buffer.from(chunk).toString()
    expect(text).toBe('bytes')
  })

  it('cancels the transfer when its reader stops early', async () => {
    let cancelled = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(10)),
          cancel: () => void cancelled++,
        }),
      )
    const client = clientOf(async () => endless())
    for await (const _ of (await client.open(download)).body) break
    await (await client.open(download)).cancel()
    expect(cancelled).toBe(2)
  })

  it.each([
    [json({ error: 'Lost' }, { status: 400, statusText: 'Bad Request' }), 'Lost', '400 Bad Request: Lost'],
    [json({ error: 'Lost', message: '' }, { status: 400 }), 'Lost', '400: Lost'],
    [json({ message: 'gone' }, { status: 404 }), 'NotFound', undefined],
    [
      new Response('<h1>Bad Gateway</h1>', {
        status: 502,
        statusText: 'Bad Gateway',
        headers: { 'content-type': 'text/html' },
      }),
      'UpstreamFailure',
      '502 Bad Gateway and no XRPC error (text/html)',
    ],
    [new Response(null, { status: 500 }), 'InternalServerError', '500 and no XRPC error (no content type)'],
    [json(['odd'], { status: 403 }), 'Forbidden', '403 and no XRPC error (application/json)'],
  ])('says in a sentence what a refusal without a message was: %#', async (response, error, sentence) => {
    const { fetch } = serverOf(response)
    const refused = await clientOf(fetch, { retry: false })
      .call(touch)
      .catch((thrown: unknown) => thrown)
    const message = sentence === undefined ? 'gone' : `test.atoll.touch was answered with ${sentence}`
    expect(refused).toMatchObject({ error, message })
  })

  it('names the media type of an answer that is not JSON', async () => {
    const { fetch } = serverOf(new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } }))
    const message = 'test.atoll.find did not answer with JSON of the data model (text/html)'
    await expect(clientOf(fetch).call(find, { params: { name: 'a' } })).rejects.toMatchObject({ message })
  })

  it('bounds an answer that it reads whole', async () => {
    const { fetch } = serverOf(new Response('x'.repeat(101)))
    await expect(clientOf(fetch, { maxBytes: 100 }).call(download)).rejects.toMatchObject({ error: 'InvalidResponse' })
    await expect(clientOf(fetch, { maxBytes: 101 }).call(download)).resolves.toBeDefined()
  })

  it('throws the refusal of the server, by name', async () => {
    const { fetch } = serverOf(refusal(400, 'Lost', { 'x-trace': '1' }))
    const refused = await clientOf(fetch)
      .call(find, { params: { name: '' } })
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(XrpcError)
    expect(refused).toMatchObject({ status: 400, error: 'Lost', message: 'Lost!', headers: { 'x-trace': '1' } })
  })

  it('names errors that have no name of their own by their status', async () => {
    for (const [answer, error] of [
      [new Response('<h1>Bad gateway</h1>', { status: 502 }), 'UpstreamFailure'],
      [new Response(null, { status: 404 }), 'NotFound'],
      [json(['x'], { status: 401 }), 'AuthenticationRequired'],
      [json({ error: 7 }, { status: 400 }), 'InvalidRequest'],
      [new Response('x'.repeat(100_000), { status: 500 }), 'InternalServerError'],
    ] as const) {
      const { fetch } = serverOf(answer)
      await expect(clientOf(fetch, { retry: false }).call(download)).rejects.toMatchObject({
        error,
        status: answer.status,
      })
    }
  })

  it('refuses an answer that is not what the lexicon says', async () => {
    for (const answer of [
      json({ found: 'x' }),
      json([]),
      new Response('{'),
      new Response(new Uint8Array([0x22, 0xff, 0x22])),
    ]) {
      const { fetch } = serverOf(answer)
      await expect(clientOf(fetch).call(find, { params: { name: '' } })).rejects.toMatchObject({
        error: 'InvalidResponse',
      })
    }
    const { fetch } = serverOf(json({ found: 'x' }))
    const { data } = await clientOf(fetch, { validate: false }).call(find, { params: { name: '' } })
    expect(data).toEqual({ found: 'x' })
  })

  it('reads all of a page that holds odd records when it does not validate, and none of it when it does', async () => {
    const odd = [
      '1.5',
      '1e300',
      '123456789012345678901234567890',
      '{"$link":"no link"}',
      '{"$bytes":7}',
      '{"$type":"blob","size":"1"}',
      '{"$type":7}',
      '"\\ud800"',
    ]
    for (const value of odd) {
      const page = `{"found":1,"records":[{"value":${value}},{"value":{"text":"sound"}}]}`
      const { fetch } = serverOf(new Response(page))
      const call = (validate: boolean) => clientOf(fetch, { validate }).call(find, { params: { name: '' } })
      const { data } = await call(false)
      expect(data).toMatchObject({ found: 1, records: [{}, { value: { text: 'sound' } }] })
      expect(data).toHaveProperty('records.0.value', JSON.parse(value))
      await expect(call(true)).rejects.toMatchObject({ error: 'InvalidResponse' })
    }
    const { fetch } = serverOf(new Response(new Uint8Array([0x22, 0xff, 0x22])), new Response('{'))
    const client = clientOf(fetch, { validate: false })
    expect((await client.call(find, { params: { name: '' } })).data).toBe('\ufffd')
    await expect(client.call(find, { params: { name: '' } })).rejects.toMatchObject({ error: 'InvalidResponse' })
  })

  it('reads integers of 64 bits where the lexicon leaves open what there is', async () => {
    const { fetch } = serverOf(new Response('{"found":1,"record":{"size":9007199254740993}}'))
    for (const validate of [true, false]) {
      const { data } = await clientOf(fetch, { validate }).call(find, { params: { name: '' } })
      expect(data).toEqual({ found: 1, record: { size: 2n ** 53n + 1n } })
    }
    const long = serverOf(new Response('{"found":9007199254740993}'))
    const calling = clientOf(long.fetch).call(find, { params: { name: '' } })
    await expect(calling).rejects.toMatchObject({ error: 'InvalidResponse' })
  })

  it('ends when it is aborted', async () => {
    const fetch: FetchLike = (_, { signal }) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
    const aborter = new AbortController()
    const calling = clientOf(fetch).call(download, { signal: aborter.signal })
    aborter.abort(new Error('enough'))
    await expect(calling).rejects.toThrow('enough')
  })
})

describe('retries', () => {
  const retrying = (fetch: FetchLike, options = {}) => {
    const waits: number[] = []
    const retry = { wait: async (ms: number) => void waits.push(ms), now: () => 1_000_000, ...options }
    return { waits, client: clientOf(fetch, { retry }) }
  }
  const ok = json({ found: 1 })
  const params = { name: '' }

  it.each([502, 503, 504, 429])('repeat a query after %i', async (status) => {
    const { seen, fetch } = serverOf(refusal(status, 'X'), refusal(status, 'X'), ok)
    const { client, waits } = retrying(fetch)
    expect((await client.call(find, { params })).data).toEqual({ found: 1 })
    expect(seen).toHaveLength(3)
    expect(waits[0]).toBeLessThanOrEqual(500)
    expect(waits[1]).toBeLessThanOrEqual(1000)
  })

  it('repeat a query after a failure of the network', async () => {
    const { seen, fetch } = serverOf(new TypeError('fetch failed'), ok)
    await retrying(fetch).client.call(find, { params })
    expect(seen).toHaveLength(2)
  })

  it('wait as long as the server asks, and no longer than the bound', async () => {
    const { fetch } = serverOf(
      refusal(429, 'X', { 'retry-after': '3' }),
      refusal(503, 'X', { 'ratelimit-reset': '1004' }),
      ok,
    )
    const { client, waits } = retrying(fetch)
    await client.call(find, { params })
    expect(waits).toEqual([3000, 4000])
    const busy = serverOf(refusal(429, 'X', { 'retry-after': '3600' }), ok)
    await expect(retrying(busy.fetch).client.call(find, { params })).rejects.toMatchObject({ status: 429 })
    const dated = serverOf(refusal(503, 'X', { 'retry-after': new Date(1_005_000).toUTCString() }), ok)
    const { client: patient, waits: until } = retrying(dated.fetch)
    await patient.call(find, { params })
    expect(until).toEqual([5000])
  })

  it('give up after so many attempts', async () => {
    const { seen, fetch } = serverOf(refusal(503, 'X'))
    await expect(retrying(fetch, { attempts: 4 }).client.call(find, { params })).rejects.toMatchObject({ status: 503 })
    expect(seen).toHaveLength(4)
  })

  it('repeat a procedure only when the server says that it has not begun', async () => {
    const input = { text: 'x' }
    for (const answer of [refusal(502, 'X'), refusal(503, 'X'), refusal(500, 'X'), new TypeError('fetch failed')]) {
      const { seen, fetch } = serverOf(answer, json({ id: 1 }))
      await expect(retrying(fetch).client.call(store, { input })).rejects.toThrow()
      expect(seen).toHaveLength(1)
    }
    const { seen, fetch } = serverOf(refusal(429, 'X', { 'retry-after': '1' }), json({ id: 1 }))
    await retrying(fetch).client.call(store, { input })
    expect(seen.map(({ body }) => body)).toEqual(['{"text":"x"}', '{"text":"x"}'])
  })

  it('never repeat a stream', async () => {
    const { seen, fetch } = serverOf(refusal(429, 'X', { 'retry-after': '1' }), json({ size: 1 }))
    const stream = (async function* () {
      yield new Uint8Array(1)
    })()
    await expect(retrying(fetch).client.call(upload, { input: stream })).rejects.toMatchObject({ status: 429 })
    expect(seen).toHaveLength(1)
  })

  it('do not repeat what was refused for good', async () => {
    const { seen, fetch } = serverOf(refusal(400, 'Lost'), ok)
    await expect(retrying(fetch).client.call(find, { params })).rejects.toMatchObject({ error: 'Lost' })
    expect(seen).toHaveLength(1)
  })

  it('stop waiting when the call is aborted', async () => {
    const { fetch } = serverOf(refusal(503, 'X', { 'retry-after': '5' }))
    const aborter = new AbortController()
    const calling = clientOf(fetch).call(find, { params, signal: aborter.signal })
    setImmediate(() => aborter.abort(new Error('enough')))
    await expect(calling).rejects.toThrow('enough')
  })
})
