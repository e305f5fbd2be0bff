import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { type Attack, requireStatuses, type Target } from './attack.ts'
import { type WireRequest, xrpc } from './hostile-client.ts'

const megabyte = 1_000_000
/** JSON input is limited to 150 kB; a few hundred bytes decompress to this. */
const bombBytes = 100 * megabyte
/** Close to the largest size of a blob. */
/**
 * Each byte costs a few microseconds on both sides: the largest upload in the acceptance run only.
 */
const uploadBytes = ({ isTimed }: Pick<Target, 'isTimed'>) => (isTimed ? 5 : 1) * megabyte
const contentTypeJson = 'content-type: application/json\r\n'

const codings = {
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  deflate: (bytes: Uint8Array) => deflateSync(bytes),
  br: (bytes: Uint8Array) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
}
type Coding = keyof typeof codings

const made = new Map<string, Uint8Array>()

/**
 * Spaces, which JSON allows anywhere, compressed by one coding after the other. Slow to make, so
 * each is made once.
 */
function bomb(...given: Coding[]): Uint8Array {
  const name = given.join()
  let bytes = made.get(name)
  if (!bytes) {
    bytes = given.reduce<Uint8Array>((inner, coding) => codings[coding](inner), Buffer.alloc(bombBytes, ' '))
    made.set(name, bytes)
  }
  return bytes
}

/**
 * 100 MB of empty gzip members, compressed: large between the two codings, and empty after both.
 */
function hollow(): Uint8Array {
  let bytes = made.get('hollow')
  if (!bytes) {
    const empty = gzipSync(Buffer.alloc(0))
    bytes = codings.br(Buffer.alloc(bombBytes, empty))
    made.set('hollow', bytes)
  }
  return bytes
}

function signIn(body: Uint8Array, headers: Record<string, string> = {}): WireRequest {
  return { path: xrpc('com.atproto.server.createSession'), body, headers }
}

function upload({ hoarder }: Target, body: Uint8Array, headers: Record<string, string> = {}): WireRequest {
  const authorization = `Bearer ${hoarder.token}`
  return {
    path: xrpc('com.atproto.repo.uploadBlob'),
    body,
    headers: { authorization, 'content-type': 'application/octet-stream', ...headers },
  }
}

function signInText(text: string): WireRequest {
  return signIn(Buffer.from(text))
}

/** Sends one request from each of several clients, and waits for the responses. */
async function fromEach(target: Target, requests: readonly WireRequest[], ...statuses: number[]): Promise<void> {
  const clients = await Promise.all(requests.map(() => target.connect()))
  for (const [index, client] of clients.entries()) client.send(requests[index]!)
  await Promise.all(clients.map((client) => client.responded(1)))
  for (const client of clients) requireStatuses([client], target, ...statuses)
}

/** Sends a body no faster than the server reads it, and waits for the response. */
async function inChunksOfOneByte(target: Target, nsid: string, bytes: number, headers = contentTypeJson) {
  const client = await target.connect()
  client.write(`POST ${xrpc(nsid)} HTTP/1.1\r\nhost: localhost\r\n${headers}transfer-encoding: chunked\r\n\r\n`)
  await client.writeAll(chunksOfOneByte(bytes))
  await client.responded(1)
  return client
}

function* chunksOfOneByte(bytes: number): Generator<Uint8Array> {
  const some = Buffer.from('1\r\n \r\n'.repeat(10_000))
  for (let sent = 0; sent < bytes; sent += 10_000) yield some
  yield Buffer.from('0\r\n\r\n')
}

/** Bodies with several codings, and the header that names these. */
const inARow = () => [
  { coding: 'gzip, br', body: hollow() },
  ...(
    [
      ['br', 'gzip'],
      ['gzip', 'br'],
      ['br', 'br', 'gzip'],
      ['gzip', 'gzip', 'gzip', 'gzip'],
    ] as const
  ).map((row) => ({ coding: row.join(', '), body: bomb(...row) })),
]

export const attacksOnBodies: readonly Attack[] = [
  {
    name: 'content codings in a row, for createSession',
    async run(target) {
      const requests = inARow().map(({ coding, body }) => signIn(body, { 'content-encoding': coding }))
      await fromEach(target, requests, 415)
    },
  },
  {
    name: 'content codings in a row, for uploadBlob',
    async run(target) {
      const requests = inARow().map(({ coding, body }) => upload(target, body, { 'content-encoding': coding }))
      await fromEach(target, requests, 415)
    },
  },
  {
    name: 'content codings in two headers',
    async run(target) {
      const client = await target.connect()
      const body = bomb('br', 'gzip')
      client.write(
        `POST ${xrpc('com.atproto.server.createSession')} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
          `content-encoding: br\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
      )
      client.write(body)
      await client.responded(1)
      requireStatuses([client], target, 400, 415)
    },
  },
  ...(['gzip', 'deflate', 'br'] as const).flatMap((coding): Attack[] => [
    {
      name: `100 MB in a ${coding} bomb, for createSession`,
      run: (target) => fromEach(target, [signIn(bomb(coding), { 'content-encoding': coding })], 413),
    },
    {
      name: `100 MB in a ${coding} bomb, for uploadBlob`,
      run: (target) => fromEach(target, [upload(target, bomb(coding), { 'content-encoding': coding })], 413),
    },
  ]),
  {
    name: 'bombs of clients that leave before they are decoded',
    async run(target) {
      for (let index = 0; index < target.size; index++) {
        const client = await target.connect()
        const { coding, body } = inARow()[0]!
        client.send(signIn(body, { 'content-encoding': coding }), signIn(bomb('br'), { 'content-encoding': 'br' }))
        await sleep(5)
        client.leave()
      }
    },
  },
  {
    name: 'deep JSON',
    run: (target) =>
      fromEach(
        target,
        ['['.repeat(140_000), '{"a":'.repeat(28_000), `${'['.repeat(70_000)}${']'.repeat(70_000)}`].map(signInText),
        400,
      ),
  },
  {
    name: 'JSON of very many members, numbers and escapes',
    run: (target) =>
      fromEach(
        target,
        [
          `{${Array.from({ length: 15_000 }, (_, index) => `"${index}":1`).join()}}`,
          `{"identifier":[${'0,'.repeat(70_000)}0]}`,
          `{"identifier":"${'\\u0061'.repeat(24_000)}"}`,
          `{"identifier":${'1'.repeat(140_000)}}`,
        ].map(signInText),
        400,
      ),
  },
  {
    name: 'a body in chunks of one byte',
    async run(target) {
      const client = await inChunksOfOneByte(target, 'com.atproto.server.createSession', 160_000)
      requireStatuses([client], target, 413)
    },
  },
  {
    name: 'an upload in chunks of one byte',
    ownBytes: uploadBytes,
    async run(target) {
      const headers = `authorization: Bearer ${target.hoarder.token}\r\ncontent-type: application/octet-stream\r\n`
      const client = await inChunksOfOneByte(target, 'com.atproto.repo.uploadBlob', uploadBytes(target), headers)
      requireStatuses([client], target, 200)
    },
  },
  {
    name: 'a refused upload in chunks of one byte',
    async run(target) {
      const client = await inChunksOfOneByte(target, 'com.atproto.repo.uploadBlob', uploadBytes(target))
      requireStatuses([client], target, 400, 401)
    },
  },
  {
    name: 'long identifiers, which the limiter would have to remember',
    async run(target) {
      const clients = await Promise.all(Array.from({ length: 10 }, () => target.connect()))
      for (let round = 0; round < target.size * 3; round++) {
        const client = clients[round % clients.length]!
        const identifier = `${round}-${'x'.repeat(140_000)}`
        client.send(signInText(JSON.stringify({ identifier, password: 'x' })))
        await client.responded(Math.floor(round / clients.length) + 1)
      }
      requireStatuses(clients, target, 400, 401)
    },
  },
]
