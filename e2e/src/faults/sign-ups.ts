import type { AccountHandle } from './lane.ts'
import { ask, call, type Outcome } from './requests.ts'

interface Session {
  readonly did: string
  readonly handle: string
  readonly accessJwt: string
  readonly refreshJwt: string
}

/** An account that was just made. */
export interface NewAccount extends AccountHandle {
  readonly refreshToken: string
}

const password = 'password of an account'
let signedUp = 0

/** Creates an account; this must succeed. */
export async function signUp(service: string): Promise<NewAccount> {
  const handle = freshHandle()
  const outcome = await create(service, handle)
  if (outcome.kind !== 'ok') throw new Error(`${handle}: ${JSON.stringify(outcome)}`)
  const { did, accessJwt, refreshJwt } = outcome.body
  return { did, handle, token: accessJwt, refreshToken: refreshJwt }
}

/** Accounts that are created while the server is killed. */
export class SignUps {
  /** Those that the server acknowledged. */
  readonly acknowledged: { readonly handle: string; readonly did: string }[] = []
  /** Handles of requests that got no response. */
  #unknown: string[] = []
  readonly #service: string

  constructor(service: string) {
    this.#service = service
  }

  /**
   * Creates up to `most` accounts one after the other, until `stop` or until a request gets no
   * response.
   */
  async run(most: number, stop: AbortSignal, onOutcome: (outcome: Outcome<unknown>) => void = () => {}): Promise<void> {
    for (let made = 0; made < most && !stop.aborted; made++) {
      const handle = freshHandle()
      const outcome = await create(this.#service, handle)
      onOutcome(outcome)
      if (outcome.kind === 'ok') this.acknowledged.push({ handle, did: outcome.body.did })
      else this.#unknown.push(handle)
      if (outcome.kind === 'unknown') return
    }
  }

  /**
   * Checks that each unknown handle has a working account or can be taken. Resolves to those with
   * neither.
   */
  async settle(): Promise<string[]> {
    const stuck: string[] = []
    for (const handle of this.#unknown.splice(0)) {
      const found = await call<{ did: string }>(this.#service, 'com.atproto.identity.resolveHandle', {
        params: { handle },
      })
      const outcome = found.kind === 'ok' ? await signIn(this.#service, handle) : await create(this.#service, handle)
      if (outcome.kind === 'ok') this.acknowledged.push({ handle, did: outcome.body.did })
      else stuck.push(`${handle}: ${JSON.stringify(outcome)}`)
    }
    return stuck
  }

  /** The acknowledged accounts that cannot sign in, from the given one on. */
  async missing(from: number): Promise<string[]> {
    const missing: string[] = []
    for (const { handle, did } of this.acknowledged.slice(from)) {
      const outcome = await signIn(this.#service, handle)
      if (outcome.kind !== 'ok' || outcome.body.did !== did) missing.push(`${handle}: ${JSON.stringify(outcome)}`)
    }
    return missing
  }
}

/** Every account of the server. */
export async function listDids(service: string): Promise<string[]> {
  const dids: string[] = []
  let cursor: string | undefined
  do {
    const params: Record<string, string> = { limit: '1000', ...(cursor ? { cursor } : {}) }
    const page = await ask<{ repos: { did: string }[]; cursor?: string }>(service, 'com.atproto.sync.listRepos', {
      params,
    })
    dids.push(...page.repos.map(({ did }) => did))
    cursor = page.cursor
  } while (cursor)
  return dids
}

function freshHandle(): string {
  return `user-${signedUp++}.test`
}

function create(service: string, handle: string): Promise<Outcome<Session>> {
  const input = { handle, email: `${handle}@example.com`, password }
  return call(service, 'com.atproto.server.createAccount', { input })
}

function signIn(service: string, identifier: string): Promise<Outcome<Session>> {
  return call(service, 'com.atproto.server.createSession', { input: { identifier, password } })
}
