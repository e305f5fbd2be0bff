import { runLoad } from './load/load.ts'
import { get, headerLines, type LoadRequest, type LoadResponse } from './load/request.ts'
import { collection, newPost } from './records.ts'
import type { Server } from './servers/server.ts'

export interface Account {
  readonly did: string
  readonly handle: string
  readonly token: string
  /** The header lines of its JSON requests. */
  readonly headers: string
}

const json = 'application/json'
const password = 'password-of-the-bench'

/** A server under test, with the data of the phases. */
export class Target {
  readonly server: Server
  readonly url: string
  readonly #accounts: Account[] = []
  #serial = 0

  constructor(server: Server) {
    this.server = server
    this.url = server.url
  }

  /** An XRPC call outside the measurements. @throws if the status is not 200 */
  async call<T>(method: string, input?: object, token?: string): Promise<T> {
    const response = await fetch(`${this.url}/xrpc/${method}`, {
      method: input ? 'POST' : 'GET',
      headers: { ...(input ? { 'content-type': json } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(input ? { body: JSON.stringify(input) } : {}),
    })
    if (!response.ok) throw new Error(`${method.split('?')[0]}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T // the caller knows the method's output
  }

  signUp(): LoadRequest {
    const handle = `b${process.pid.toString(36)}x${(this.#serial++).toString(36)}.test`
    const email = `${handle.replace('.', '-')}@example.org`
    const body = JSON.stringify({ handle, email, password })
    return {
      method: 'POST',
      path: '/xrpc/com.atproto.server.createAccount',
      headers: headerLines(undefined, json),
      body,
    }
  }

  keepAccount(response: LoadResponse): void {
    this.#accounts.push(accountOf(response))
  }

  /** The first `count` accounts; missing ones are created now. */
  async accounts(count: number): Promise<readonly Account[]> {
    const missing = count - this.#accounts.length
    if (missing > 0) {
      const next = () => this.signUp()
      const onAnswer = (response: LoadResponse) => this.keepAccount(response)
      const { errors } = await runLoad(this.url, { concurrency: 4, count: missing, next, onAnswer })
      for (const error of errors.keys()) throw new Error(`createAccount: ${error}`)
    }
    return this.#accounts.slice(0, count)
  }

  /** An account that no other phase writes to. */
  async newAccount(): Promise<Account> {
    const kept: Account[] = []
    const onAnswer = (response: LoadResponse) => void kept.push(accountOf(response))
    const { errors } = await runLoad(this.url, { concurrency: 1, count: 1, next: () => this.signUp(), onAnswer })
    if (!kept[0]) throw new Error(`createAccount: ${[...errors.keys()]}`)
    return kept[0]
  }

  /** Record keys of an account's posts, newest first: at most `count`, a page of 100 at a time. */
  async recordKeys(account: Account, count: number): Promise<string[]> {
    const keys: string[] = []
    let cursor: string | undefined
    do {
      const page = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
      const list = await this.call<{ records: { uri: string }[]; cursor?: string }>(`${listRecordsOf(account)}${page}`)
      keys.push(...list.records.map(({ uri }) => uri.slice(uri.lastIndexOf('/') + 1)))
      cursor = list.records.length > 0 ? list.cursor : undefined
    } while (cursor && keys.length < count)
    return keys.slice(0, count)
  }
}

export function signIn({ handle }: Account): LoadRequest {
  const body = JSON.stringify({ identifier: handle, password })
  return { method: 'POST', path: '/xrpc/com.atproto.server.createSession', headers: headerLines(undefined, json), body }
}

export function createRecord(account: Account): LoadRequest {
  const body = JSON.stringify({ repo: account.did, collection, record: newPost() })
  return { method: 'POST', path: '/xrpc/com.atproto.repo.createRecord', headers: account.headers, body }
}

export function applyWrites(account: Account, creates: number): LoadRequest {
  const writes = Array.from({ length: creates }, () => ({
    $type: 'com.atproto.repo.applyWrites#create',
    collection,
    value: newPost(),
  }))
  const body = JSON.stringify({ repo: account.did, writes })
  return { method: 'POST', path: '/xrpc/com.atproto.repo.applyWrites', headers: account.headers, body }
}

export function query(method: string, parameters: Record<string, string>, headers = ''): LoadRequest {
  return get(`/xrpc/${method}?${new URLSearchParams(parameters)}`, headers)
}

export function listRecordsOf(account: Account): string {
  return `com.atproto.repo.listRecords?${new URLSearchParams({ repo: account.did, collection, limit: '100' })}`
}

/** The URI in the response to a write. */
export const isWritten = (response: LoadResponse) => response.body.includes('"uri"')

function accountOf(response: LoadResponse): Account {
  const { did, handle, accessJwt } = JSON.parse(response.body.toString()) as Record<string, string> // a session
  return { did: did!, handle: handle!, token: accessJwt!, headers: headerLines(accessJwt, json) }
}
