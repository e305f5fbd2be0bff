import { parseJson, stringifyJson, type Value } from '@atoll/data-model'
import { createPlcDirectory } from '@atoll/plc-directory'
import { createLog } from '@atoll/process'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import type { Did, Handle } from '@atoll/syntax'
import type { Adapters } from '../src/adapters.ts'
import { readConfig } from '../src/config/config.ts'
import type { Mailer, OutgoingMail } from '../src/mail/mailer.ts'
import type { PdsOptions } from '../src/options.ts'
import { createPds, type Pds } from '../src/pds.ts'
import { noteProvoked } from './provoked-errors.ts'

export const environment = {
  PDS_DEV_MODE: 'true',
  PDS_INVITE_REQUIRED: 'false',
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
  PDS_DID_PLC_URL: 'http://plc.test',
}

/** The response of a method: its status, and its body as JSON in the data model. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into responses of every shape
  body: any
}

export interface TestAccount {
  did: Did
  handle: Handle
  password: string
  accessJwt: string
  refreshJwt: string
}

interface CallOptions {
  token?: string
  params?: Record<string, string | number | boolean | string[]>
  headers?: Record<string, string>
}

/** A service in memory, driven through `fetch`: no ports, no files. */
export class PdsUnderTest {
  readonly pds: Pds
  readonly adapters: Adapters
  /** What the directory was asked. */
  readonly plcRequests: readonly Request[]
  /** What was mailed. */
  readonly mails: readonly OutgoingMail[]
  /** Log lines about faults. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]

  private constructor(
    started: Pick<PdsUnderTest, 'pds' | 'adapters' | 'plcRequests' | 'mails' | 'errors' | 'warnings'>,
  ) {
    this.pds = started.pds
    this.adapters = started.adapters
    this.plcRequests = started.plcRequests
    this.mails = started.mails
    this.errors = started.errors
    this.warnings = started.warnings
  }

  static async start(
    settings: Record<string, string> = {},
    given: Partial<Adapters> = {},
    kit: Pick<PdsOptions, 'routes' | 'replaces' | 'fallback' | 'hooks'> = {},
    waiting: Parameters<typeof createPds>[1] = {},
  ): Promise<PdsUnderTest> {
    const directory = createPlcDirectory()
    const plcRequests: Request[] = []
    const mails: OutgoingMail[] = []
    const mailer: Mailer = {
      isDelivering: true,
      send: async (mail) => void mails.push(mail),
      close: async () => {},
    }
    const adapters: Adapters = {
      storage: new MemoryPdsStorage(),
      blobStore: new MemoryBlobStore(),
      plcFetch: (url, init) => {
        const request = new Request(url, init)
        plcRequests.push(request.clone())
        return directory.fetch(request)
      },
      mailer,
      moderationMailer: mailer,
      ...given,
    }
    const errors: string[] = []
    const warnings: string[] = []
    const log = createLog({
      enabled: true,
      level: 'warn',
      write: (line) => (line.includes('"level":"warn"') ? warnings : errors).push(line),
    })
    const { config } = readConfig({ ...environment, ...settings })
    const pds = await createPds({ config, log, adapters, ...kit }, waiting)
    return new PdsUnderTest({ pds, adapters, plcRequests, mails, errors, warnings })
  }

  /** A query. */
  get(nsid: string, options: CallOptions = {}): Promise<Answer> {
    return this.#send(nsid, { method: 'GET' }, options)
  }

  /** A procedure with a JSON body. */
  post(nsid: string, input: Value | undefined, options: CallOptions = {}): Promise<Answer> {
    if (input === undefined) return this.#send(nsid, { method: 'POST' }, options)
    return this.#send(
      nsid,
      { method: 'POST', body: stringifyJson(input) },
      { ...options, headers: { 'content-type': 'application/json', ...options.headers } },
    )
  }

  /** A procedure with bytes as its body. */
  upload(nsid: string, body: Uint8Array, type: string, options: CallOptions = {}): Promise<Answer> {
    return this.#send(
      nsid,
      { method: 'POST', body: body as BodyInit },
      { ...options, headers: { 'content-type': type, ...options.headers } },
    )
  }

  /** The raw response of any path. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.pds.router.fetch(new Request(`http://localhost:2583${path}`, init))
  }

  /** A new account called `name`. */
  async account(name: string): Promise<TestAccount> {
    const password = `password of ${name}`
    const { status, body } = await this.post('com.atproto.server.createAccount', {
      handle: `${name}.test`,
      email: `${name}@example.com`,
      password,
    })
    if (status !== 200) throw new Error(`createAccount of ${name}: ${JSON.stringify(body)}`)
    return { ...body, password }
  }

  /** A post of `account`, and its record key. */
  async postOf(account: TestAccount, text: string): Promise<{ uri: string; cid: string; rkey: string }> {
    const record = { $type: 'app.bsky.feed.post', text, createdAt: '2026-01-02T03:04:05.678Z' }
    const { status, body } = await this.post(
      'com.atproto.repo.createRecord',
      { repo: account.did, collection: 'app.bsky.feed.post', record },
      { token: account.accessJwt },
    )
    if (status !== 200) throw new Error(`createRecord: ${JSON.stringify(body)}`)
    const { uri, cid }: { uri: string; cid: string } = body
    return { uri, cid, rkey: uri.slice(uri.lastIndexOf('/') + 1) }
  }

  /** The code in the last mail to this address, once what is queued has been sent. */
  async codeMailedTo(address: string): Promise<string> {
    await this.pds.settled()
    const mail = this.mails.findLast(({ to }) => to === address)
    const [code] = mail?.text.match(/\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/) ?? []
    if (code === undefined) throw new Error(`no code was mailed to ${address}`)
    return code
  }

  async close(): Promise<void> {
    await this.pds.close()
    await this.adapters.storage.close()
  }

  async #send(nsid: string, init: RequestInit, { token, params = {}, headers = {} }: CallOptions): Promise<Answer> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(params)) {
      for (const item of [value].flat()) search.append(name, String(item))
    }
    const query = search.size > 0 ? `?${search}` : ''
    const response = await this.fetch(`/xrpc/${nsid}${query}`, {
      ...init,
      headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    // biome-ignore lint/suspicious/noExplicitAny: as in `Answer`
    const body: any = isJson && text ? parseJson(text) : text
    if (!response.ok && body.error) noteProvoked(nsid, body.error)
    return { status: response.status, headers: response.headers, body }
  }
}
