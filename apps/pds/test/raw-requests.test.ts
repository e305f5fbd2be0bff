import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsOnPort } from './pds-on-port.ts'

let served: PdsOnPort
beforeAll(async () => {
  served = await PdsOnPort.start()
})
afterAll(() => served.close())

const create = '/xrpc/com.atproto.repo.createRecord'
const whole = () => JSON.stringify({ repo: served.alice.did, collection: 'com.example.thing', record: { whole: true } })
const head = (line: string, headers: readonly string[] = []) =>
  `${[`${line} HTTP/1.1`, 'host: localhost', `authorization: Bearer ${served.alice.accessJwt}`, ...headers].join('\r\n')}\r\n\r\n`
const json = 'content-type: application/json'

/**
 * Sends bytes and no more. Resolves to the status that comes back, or 0 where the connection is
 * just closed.
 */
async function exchange(bytes: Buffer): Promise<number> {
  const response = await served.send(bytes, { end: true })
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1] ?? 0)
}

// Byte for byte, as no client library would send them.
const requests: [string, () => string][] = [
  [
    'a body shorter than it says',
    () => head(`POST ${create}`, [json, `content-length: ${whole().length + 1}`]) + whole(),
  ],
  ['a body that never comes', () => head(`POST ${create}`, [json, 'content-length: 100'])],
  [
    'a body cut off in a chunk',
    () => `${head(`POST ${create}`, [json, 'transfer-encoding: chunked'])}ff\r\n${whole()}`,
  ],
  ['a chunk of no size', () => `${head(`POST ${create}`, [json, 'transfer-encoding: chunked'])}zz\r\n{}\r\n0\r\n\r\n`],
  ['two lengths', () => head(`POST ${create}`, [json, 'content-length: 5', 'content-length: 7']) + whole()],
  ['a length below zero', () => head(`POST ${create}`, [json, 'content-length: -1']) + whole()],
  [
    'an upload that breaks off',
    () => `${head('POST /xrpc/com.atproto.repo.uploadBlob', ['content-type: image/png', 'content-length: 9999'])}bytes`,
  ],
  ['NUL in the path', () => head('GET /xrpc/com.atproto.sync.getRepo?did=\0')],
  ['bytes that are no UTF-8 in the path', () => head('GET /xrpc/com.atproto.sync.getRepo?did=\xff\xfe')],
  [
    'bytes that are no UTF-8 in a header',
    () => head('GET /xrpc/com.atproto.sync.listRepos', ['accept-language: \xff\xfe']),
  ],
  ['NUL in a header', () => head('GET /xrpc/com.atproto.sync.listRepos', ['accept-language: \0'])],
  ['headers without end', () => head('GET /xrpc/com.atproto.sync.listRepos', [`x-long: ${'x'.repeat(100_000)}`])],
  ['a path without end', () => head(`GET /xrpc/com.atproto.sync.getRepo?did=${'x'.repeat(100_000)}`)],
  ['a path that climbs', () => head('GET /xrpc/../../etc/passwd')],
  ['a path with a host', () => head('GET http://elsewhere.example/xrpc/com.atproto.sync.listRepos?cursor=x')],
  ['a method that nobody knows', () => head(`BREW ${create}`)],
  ['no path', () => head('OPTIONS *')],
  ['no HTTP', () => 'hello, is anybody there?\r\n\r\n'],
  [
    'an upgrade to something else',
    () => head('GET /xrpc/com.atproto.sync.subscribeRepos', ['connection: upgrade', 'upgrade: h2c']),
  ],
  [
    'an upgrade without a key',
    () => head('GET /xrpc/com.atproto.sync.subscribeRepos', ['connection: upgrade', 'upgrade: websocket']),
  ],
  [
    'an upgrade of a query',
    () =>
      head('GET /xrpc/com.atproto.sync.listRepos', [
        'connection: upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      ]),
  ],
]

describe('a request by hand', () => {
  it.each(requests)('with %s gets no fault of the server and changes nothing', async (_, request) => {
    const { repos, events } = served.pds.adapters.storage
    const before = [await repos.head(served.alice.did), await events.last()]
    const status = await exchange(Buffer.from(request(), 'latin1'))
    expect(status < 500 || status === 501, `status ${status}`).toBe(true)
    expect([await repos.head(served.alice.did), await events.last()]).toEqual(before)
    expect(served.pds.errors).toEqual([])
    expect((await fetch(`${served.url}/xrpc/_health`)).status).toBe(200)
  })

  it('goes through when nothing is wrong with it', async () => {
    expect(
      await exchange(Buffer.from(head(`POST ${create}`, [json, `content-length: ${whole().length}`]) + whole())),
    ).toBe(200)
  })
})
