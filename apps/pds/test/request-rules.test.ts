import { lexicons } from '@atoll/lexicons'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

/** More than any method takes as JSON, and than this server takes as bytes. */
const oversized = JSON.stringify({ text: 'x'.repeat(1_100_000) })

interface Outcome {
  readonly nsid: string
  readonly status: number
  readonly error: string
  readonly message: string
}

/** What every method owes to the specification, whatever it does: asked of each that is served. */
describe('each method', () => {
  let pds: PdsUnderTest
  let authorizations: readonly (string | undefined)[]
  let served: { readonly nsid: string; readonly kind: string }[]

  beforeAll(async () => {
    pds = await PdsUnderTest.start({ PDS_BLOB_UPLOAD_LIMIT: '1000000', PDS_MAX_REPO_IMPORT_SIZE: '1000000' })
    const alice = await pds.account('alice')
    authorizations = [
      undefined,
      `Bearer ${alice.accessJwt}`,
      `Bearer ${alice.refreshJwt}`,
      `Basic ${btoa('admin:admin-of-the-tests')}`,
    ]
    served = []
    for (const nsid of lexicons().nsids()) {
      const method = lexicons().method(nsid)
      if (!method) continue
      const { status } = await pds.fetch(`/xrpc/${nsid}`, { method: verbOf(method.kind) })
      if (status !== 501) served.push({ nsid, kind: method.kind })
    }
    expect(served.length).toBeGreaterThan(40)
  })
  afterAll(() => pds.close())

  const ofKind = (kind: string) => served.filter((method) => method.kind === kind).map(({ nsid }) => nsid)

  /** The response to whoever is admitted: the first whose credentials are not what is refused. */
  async function outcome(nsid: string, query: string, init: RequestInit): Promise<Outcome> {
    let last: Outcome | undefined
    for (const authorization of authorizations) {
      const headers = { ...(init.headers as object), ...(authorization && { authorization }) }
      const response = await pds.fetch(`/xrpc/${nsid}${query}`, { ...init, headers })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      const { error = '', message = '' } = isJson && text ? JSON.parse(text) : {}
      last = { nsid, status: response.status, error, message }
      if (response.status !== 401 && error !== 'InvalidToken' && error !== 'ExpiredToken') return last
    }
    return last!
  }

  /** What the request for a WebSocket is answered. */
  async function opening(nsid: string, query: string): Promise<{ accepted: boolean; status?: number }> {
    const upgrade = await pds.pds.router.upgrade({
      method: 'GET',
      path: `/xrpc/${nsid}`,
      query,
      headers: new Headers(),
      ip: '203.0.113.1',
      signal: new AbortController().signal,
      body: undefined,
      nextTurn: async () => {},
    })
    return upgrade.accepted ? { accepted: true } : { accepted: false, status: upgrade.response.status }
  }

  it('refuses the wrong verb, and says which is right', async () => {
    for (const { nsid, kind } of served) {
      const response = await pds.fetch(`/xrpc/${nsid}`, { method: kind === 'procedure' ? 'GET' : 'POST' })
      expect({ nsid, status: response.status, allow: response.headers.get('allow') }).toMatchObject({
        status: 405,
        allow: expect.stringContaining(verbOf(kind)),
      })
    }
  })

  it('refuses a body of another encoding than it takes', async () => {
    for (const nsid of ofKind('procedure')) {
      if (!takesJson(nsid)) continue
      const sent = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' }
      expect(await outcome(nsid, '', sent)).toMatchObject({
        error: expect.stringMatching(/^(InvalidRequest|Unsupported)/),
      })
    }
  })

  it('that takes bytes refuses a body of another encoding, or of none', async () => {
    const taking = ofKind('procedure').filter((nsid) => rawEncoding(nsid) !== undefined)
    expect(taking.sort()).toEqual(['com.atproto.repo.importRepo', 'com.atproto.repo.uploadBlob'])
    for (const nsid of taking) {
      const body = new Uint8Array(3)
      expect(await outcome(nsid, '', { method: 'POST', body })).toMatchObject({ nsid, error: 'InvalidRequest' })
      const csv = await outcome(nsid, '', { method: 'POST', headers: { 'content-type': 'text/csv' }, body })
      const isTaken = rawEncoding(nsid) === '*/*'
      expect({ nsid, status: csv.status }).toEqual({ nsid, status: isTaken ? 200 : 400 })
    }
  })

  it('that takes bytes refuses too many, which it was told of or not', async () => {
    for (const nsid of ofKind('procedure')) {
      const encoding = rawEncoding(nsid)
      if (encoding === undefined) continue
      const type = encoding === '*/*' ? 'image/png' : encoding
      const refused = { nsid, status: 413, error: 'PayloadTooLargeError' }
      const told = { 'content-type': type, 'content-length': String(oversized.length) }
      expect(await outcome(nsid, '', { method: 'POST', headers: told, body: oversized })).toMatchObject(refused)
      // What a repository begins with may be refused before its size is known: `imports.test.ts`.
      if (encoding !== '*/*') continue
      const untold = { method: 'POST', headers: { 'content-type': type }, body: oversized }
      expect(await outcome(nsid, '', untold)).toMatchObject({
        nsid,
        status: 413,
        error: expect.stringMatching(/^PayloadTooLarge/),
      })
    }
  })

  it('that is a subscription asks for a WebSocket', async () => {
    expect(ofKind('subscription')).toEqual(['com.atproto.sync.subscribeRepos'])
    for (const nsid of ofKind('subscription')) {
      const response = await pds.fetch(`/xrpc/${nsid}`)
      expect({ status: response.status, upgrade: response.headers.get('upgrade') }).toEqual({
        status: 426,
        upgrade: 'websocket',
      })
      expect(await response.json()).toMatchObject({ error: 'UpgradeRequired' })
    }
  })

  it('that is a subscription opens whatever it does not know, and not with a parameter given twice', async () => {
    for (const nsid of ofKind('subscription')) {
      expect(await opening(nsid, 'unheardOf=1&unheardOf=2')).toEqual({ accepted: true })
      const names = parametersOf(nsid).map(([name]) => name)
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) {
        expect(await opening(nsid, `${name}=1&${name}=1`), name).toMatchObject({ accepted: false, status: 400 })
      }
    }
  })

  it('refuses a body that is too large', async () => {
    for (const nsid of ofKind('procedure')) {
      if (!takesJson(nsid)) continue
      const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: oversized }
      expect(await outcome(nsid, '', sent)).toMatchObject({ nsid, status: 413, error: 'PayloadTooLargeError' })
    }
  })

  it('refuses a parameter that is given twice, unless it is a list', async () => {
    let asked = 0
    for (const nsid of ofKind('query')) {
      for (const [name, { type }] of parametersOf(nsid)) {
        if (type === 'array') continue
        const query = `?${name}=1&${name}=1`
        expect(await outcome(nsid, query, { method: 'GET' })).toMatchObject({
          nsid,
          status: 400,
          error: 'InvalidRequest',
        })
        asked++
      }
    }
    expect(asked).toBeGreaterThan(30)
  })

  it('passes over parameters that it does not know', async () => {
    for (const nsid of ofKind('query')) {
      const without = await outcome(nsid, '', { method: 'GET' })
      expect(await outcome(nsid, '?unheardOf=1&unheardOf=2', { method: 'GET' }), nsid).toEqual(without)
    }
  })
})

function verbOf(kind: string): string {
  return kind === 'procedure' ? 'POST' : 'GET'
}

function takesJson(nsid: string): boolean {
  const method = lexicons().method(nsid)
  return method?.kind === 'procedure' && method.input?.encoding === 'application/json'
}

/** What a method takes that does not take JSON. */
function rawEncoding(nsid: string): string | undefined {
  const method = lexicons().method(nsid)
  const encoding = method?.kind === 'procedure' ? method.input?.encoding : undefined
  return encoding === 'application/json' ? undefined : encoding
}

function parametersOf(nsid: string): [string, { readonly type: string }][] {
  const method = lexicons().method(nsid)
  return Object.entries(method?.definition.parameters?.properties ?? {})
}
