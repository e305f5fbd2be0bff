/**
 * The server behind the usual reverse proxies: how they change requests, and what comes back
 * through them.
 */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { readConfig, type ServedPds, servePds } from '@atoll/pds'
import { createPlcDirectory } from '@atoll/plc-directory'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { manualGuard } from '@atoll/xrpc-server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReverseProxy, reverseProxies } from './reverse-proxies.ts'

const handle = 'alice.test'
const password = 'password of alice'
const everyMs = 5_000

interface ProxiedResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: responses of many methods
  readonly body: any
}

interface SentRequest {
  readonly method?: 'GET' | 'POST'
  readonly token?: string
  readonly json?: object
  readonly headers?: Record<string, string>
}

describe.each(reverseProxies)('behind $name', ({ name, program, start }) => {
  const reason = `skipped: ${name.toLowerCase()} is not installed`
  if (!program) {
    console.warn(`Not tested: the server behind ${name} (${reason}).`)
    it.skip(reason, () => {})
    return
  }

  let pds: ServedPds
  let proxy: ReverseProxy
  let session: ClientHttp2Session
  // The tests control its clock.
  const { guard, pass, watching } = manualGuard({ everyMs })
  const log: { msg: string; nsid?: string; status?: number }[] = []

  beforeAll(async () => {
    const directory = createPlcDirectory()
    const { config } = readConfig({
      PDS_PORT: '0',
      PDS_DEV_MODE: 'true',
      PDS_INVITE_REQUIRED: 'false',
      PDS_JWT_SECRET: 'a secret of the tests',
      PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
      PDS_DID_PLC_URL: 'http://plc.test',
      LOG_ENABLED: 'true',
    })
    pds = await servePds({
      config,
      write: (line) => log.push(JSON.parse(line)),
      adapters: {
        storage: new MemoryPdsStorage(),
        blobStore: new MemoryBlobStore(),
        plcFetch: (url, init) => directory.fetch(new Request(url, init)),
      },
      server: { host: '127.0.0.1', guard },
    })
    proxy = await start(pds.port)
    session = await proxy.connect('localhost')
    await send('com.atproto.server.createAccount', { json: { handle, email: 'alice@example.com', password } })
  })
  afterAll(async () => {
    session?.destroy()
    await proxy?.close()
    await pds?.close()
  })

  /** Sends the headers, and announces a body. */
  const open = (path: string, { method = 'POST', token, headers = {} }: SentRequest = {}): ClientHttp2Stream => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return session.request({ ':method': method, ':path': path, ...authorization, ...headers }, { endStream: false })
  }
  const responseTo = async (stream: ClientHttp2Stream): Promise<ProxiedResponse> => {
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      stream.once('response', resolve).once('error', reject)
    })
    let text = ''
    for await (const chunk of stream) text += chunk
    const isJson = headers['content-type']?.startsWith('application/json')
    return { status: Number(headers[':status']), headers, body: isJson ? JSON.parse(text) : text }
  }
  const send = (nsid: string, { json, ...request }: SentRequest = {}): Promise<ProxiedResponse> => {
    const headers = json ? { 'content-type': 'application/json', ...request.headers } : (request.headers ?? {})
    const stream = open(`/xrpc/${nsid}`, { ...request, headers })
    const response = responseTo(stream)
    stream.end(json && JSON.stringify(json))
    return response
  }
  const signIn = async (): Promise<{ accessJwt: string; refreshJwt: string }> => {
    const { status, body } = await send('com.atproto.server.createSession', { json: { identifier: handle, password } })
    expect(status).toBe(200)
    return body
  }
  /** An upload of which a part has been sent; the server waits for the rest. */
  const beginUpload = async (part: Uint8Array) => {
    const { accessJwt: token } = await signIn()
    pass(everyMs) // the guard forgets requests that are done
    const watched = watching()
    const stream = open('/xrpc/com.atproto.repo.uploadBlob', { token, headers: { 'content-type': 'image/png' } })
    const response = responseTo(stream)
    stream.write(part)
    await watched
    return { stream, response }
  }
  const logged = (nsid: string) => log.filter((line) => line.nsid === nsid).map(({ msg, status }) => [msg, status])

  it('a session is refreshed and ended without a body, though the proxy announces one', async () => {
    const { refreshJwt } = await signIn()
    const refreshed = await send('com.atproto.server.refreshSession', { token: refreshJwt })
    expect(refreshed).toMatchObject({ status: 200, body: { handle } })
    expect((await send('com.atproto.server.deleteSession', { token: refreshed.body.refreshJwt })).status).toBe(200)
  })

  it('a query with an empty body is answered', async () => {
    const { accessJwt: token } = await signIn()
    expect(await send('com.atproto.server.getSession', { method: 'GET', token })).toMatchObject({
      status: 200,
      body: { handle },
    })
    const withByte = open('/xrpc/com.atproto.server.getSession', { method: 'GET', token })
    const response = responseTo(withByte)
    withByte.end('x')
    expect(await response).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
  })

  it('an upload of megabytes arrives', async () => {
    const { stream, response } = await beginUpload(new Uint8Array(1_500_000).fill(1))
    stream.end(new Uint8Array(1_500_000).fill(2))
    expect(await response).toMatchObject({ status: 200, body: { blob: { size: 3_000_000 } } })
  })

  it('an upload that stalls for ten seconds arrives', async () => {
    const { stream, response } = await beginUpload(new Uint8Array(1000).fill(3))
    pass(10_000)
    stream.end(new Uint8Array(1000).fill(4))
    expect(await response).toMatchObject({ status: 200, body: { blob: { size: 2000 } } })
  })

  it('an upload that stalls for a minute is refused with 408, and logged as such', async () => {
    log.length = 0
    const { stream, response } = await beginUpload(new Uint8Array(1000).fill(5))
    let hasResponse = false
    void response.finally(() => {
      hasResponse = true
    })
    // Before it judges the upload, the server reads what the proxy has forwarded, which takes real
    // time.
    while (!hasResponse) {
      pass(everyMs)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await response).toMatchObject({
      status: 408,
      body: { error: 'RequestTimeout', message: expect.stringMatching(/^the request body comes too slowly/) },
    })
    stream.destroy()
    expect(logged('com.atproto.repo.uploadBlob')).toEqual([['request', 408]])
    expect((await send('com.atproto.server.describeServer', { method: 'GET' })).status).toBe(200)
  })

  it('a handle leads to its account, and not to the document of the service', async () => {
    const ask = async (path: string, host: string) =>
      (await responseTo(session.request({ ':path': path, ':authority': host }))).status
    expect(await ask('/.well-known/atproto-did', handle)).toBe(200)
    expect(await ask('/.well-known/did.json', handle)).toBe(404)
    expect(await ask('/.well-known/did.json', 'localhost')).toBe(200)
  })

  // nginx does not get certificates by itself.
  if (name !== 'Caddy') return
  it('only the server and the handles of its accounts get a certificate', async () => {
    const alice = await proxy.connect(handle)
    alice.destroy()
    await expect(proxy.connect('bob.test')).rejects.toThrow()
  })
})
