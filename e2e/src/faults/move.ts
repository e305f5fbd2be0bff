import type { Did } from '@atoll/syntax'
import type { Mailbox } from './mailbox.ts'
import { ask, askBytes, call, type Outcome } from './requests.ts'

/** A PDS that accounts move from and to. */
export interface Host {
  readonly url: string
  /** The URL that DID documents name. */
  readonly publicUrl: string
  /**
   * The reference keeps the commit of a file that it imports, until the next write, and blobs whose
   * records the file does not have.
   */
  readonly isReference: boolean
  /** `.atoll.test`: the domain of its handles. */
  readonly handleDomain: string
}

/** An account that moves, with the same name, address and password everywhere. */
export interface Mover {
  readonly did: Did
  readonly name: string
  readonly email: string
  readonly password: string
  /** Access tokens by the URL of the host. */
  readonly tokens: Map<string, string>
}

/** What a directory knows of a DID. */
export interface PlcData {
  readonly rotationKeys: string[]
  readonly alsoKnownAs: string[]
  readonly verificationMethods: Record<string, string>
  readonly services: Record<string, { readonly type: string; readonly endpoint: string }>
}

export interface AccountStatus {
  readonly activated: boolean
  readonly validDid: boolean
  readonly repoRev: string
  readonly indexedRecords: number
  readonly expectedBlobs: number
  readonly importedBlobs: number
}

/** The steps by which a client moves an account, each of which may be repeated. */
export const steps = [
  ['describeServer', 'to'],
  ['getServiceAuth', 'from'],
  ['createAccount', 'to'],
  ['getRepo', 'from'],
  ['importRepo', 'to'],
  ['listMissingBlobs', 'to'],
  ['getBlob', 'from'],
  ['uploadBlob', 'to'],
  ['checkAccountStatus', 'to'],
  ['getRecommendedDidCredentials', 'to'],
  ['requestPlcOperationSignature', 'from'],
  ['signPlcOperation', 'from'],
  ['submitPlcOperation', 'to'],
  ['activateAccount', 'to'],
  ['deactivateAccount', 'from'],
] as const

export type Step = (typeof steps)[number][0]

/** A client that moves an account from a host to another. */
export class Move {
  readonly #from: Host
  readonly #to: Host
  readonly #mover: Mover
  readonly #mailbox: Mailbox
  #service = ''
  #proof = ''
  #repo: Uint8Array = new Uint8Array()
  #missing: string[] = []
  readonly #blobs = new Map<string, Uint8Array>()
  #recommended: object = {}
  #code = ''
  #operation: object = {}

  constructor(given: { from: Host; to: Host; mover: Mover; mailbox: Mailbox }) {
    this.#from = given.from
    this.#to = given.to
    this.#mover = given.mover
    this.#mailbox = given.mailbox
  }

  async describeServer(): Promise<void> {
    this.#service = (await ask<{ did: string }>(this.#to.url, 'com.atproto.server.describeServer')).did
  }

  async getServiceAuth(): Promise<void> {
    this.#proof = await this.#serviceToken('com.atproto.server.createAccount')
  }

  /** Signs in to an account that is there already: from an earlier attempt, or an earlier stay. */
  async createAccount(): Promise<void> {
    const { did, name, email, password, tokens } = this.#mover
    const input = { did, handle: `${name}${this.#to.handleDomain}`, email, password }
    const created = await call<{ accessJwt: string }>(this.#to.url, 'com.atproto.server.createAccount', {
      input,
      token: this.#proof,
    })
    if (created.kind === 'unknown') throw created.cause
    const { accessJwt } =
      created.kind === 'ok'
        ? created.body
        : await ask<{ accessJwt: string }>(this.#to.url, 'com.atproto.server.createSession', {
            input: { identifier: did, password },
          }).catch((error: unknown) => {
            throw new Error(`createAccount: ${created.status} ${created.error} ${created.message}`, { cause: error })
          })
    tokens.set(this.#to.url, accessJwt)
  }

  async getRepo(): Promise<void> {
    const { did } = this.#mover
    const repo = await askBytes(this.#from.url, 'com.atproto.sync.getRepo', {
      params: { did },
      ...this.#at(this.#from),
    })
    if (!repo) throw new Error('getRepo was refused')
    this.#repo = repo
  }

  async importRepo(): Promise<void> {
    const type = 'application/vnd.ipld.car'
    await ask(this.#to.url, 'com.atproto.repo.importRepo', { input: this.#repo, type, ...this.#at(this.#to) })
  }

  async listMissingBlobs(): Promise<void> {
    const missing: string[] = []
    let cursor: string | undefined
    do {
      const params: Record<string, string> = { limit: '5', ...(cursor ? { cursor } : {}) }
      const page = await ask<{ blobs: { cid: string }[]; cursor?: string }>(
        this.#to.url,
        'com.atproto.repo.listMissingBlobs',
        { params, ...this.#at(this.#to) },
      )
      missing.push(...page.blobs.map(({ cid }) => cid))
      cursor = page.cursor
    } while (cursor)
    this.#missing = missing
  }

  async getBlob(): Promise<void> {
    const { did } = this.#mover
    for (const cid of this.#missing) {
      const params = { did, cid }
      const bytes = await askBytes(this.#from.url, 'com.atproto.sync.getBlob', { params, ...this.#at(this.#from) })
      if (!bytes) throw new Error(`getBlob of ${cid} was refused`)
      this.#blobs.set(cid, bytes)
    }
  }

  /** Half of them by the session, half by a token of the former host. */
  async uploadBlob(): Promise<void> {
    const nsid = 'com.atproto.repo.uploadBlob'
    for (const [index, cid] of this.#missing.entries()) {
      const token = index % 2 === 0 ? this.#at(this.#to).token : await this.#serviceToken(nsid)
      const { blob } = await ask<{ blob: { ref: { $link: string } } }>(this.#to.url, nsid, {
        input: this.#blobs.get(cid)!,
        type: 'text/plain',
        token,
      })
      if (blob.ref.$link !== cid) throw new Error(`the blob ${cid} became ${blob.ref.$link}`)
    }
  }

  async checkAccountStatus(): Promise<void> {
    const status = await this.status(this.#to)
    if (status.importedBlobs !== status.expectedBlobs) {
      throw new Error(`${status.importedBlobs} of ${status.expectedBlobs} blobs have arrived`)
    }
    if (status.validDid) throw new Error('the DID leads to the new host already')
  }

  async getRecommendedDidCredentials(): Promise<void> {
    this.#recommended = await ask(this.#to.url, 'com.atproto.identity.getRecommendedDidCredentials', this.#at(this.#to))
  }

  async requestPlcOperationSignature(): Promise<void> {
    const before = this.#mailbox.count
    await ask(this.#from.url, 'com.atproto.identity.requestPlcOperationSignature', {
      method: 'POST',
      ...this.#at(this.#from),
    })
    this.#code = await this.#mailbox.codeFor(this.#mover.email, before)
  }

  /**
   * A code that an attempt without a response has used up is asked for anew. A mail that was queued
   * when the server was killed may arrive after that, with a code that no longer counts.
   */
  async signPlcOperation(): Promise<void> {
    const sign = () =>
      call<{ operation: object }>(this.#from.url, 'com.atproto.identity.signPlcOperation', {
        input: { token: this.#code, ...this.#recommended },
        ...this.#at(this.#from),
      })
    let signed = await sign()
    for (let again = 0; again < 3 && isUsedUp(signed); again++) {
      await this.requestPlcOperationSignature()
      signed = await sign()
    }
    if (signed.kind === 'unknown') throw signed.cause
    if (signed.kind === 'refused') throw new Error(`signPlcOperation: ${signed.error} ${signed.message}`)
    this.#operation = signed.body.operation
  }

  async submitPlcOperation(): Promise<void> {
    await ask(this.#to.url, 'com.atproto.identity.submitPlcOperation', {
      input: { operation: this.#operation },
      ...this.#at(this.#to),
    })
  }

  async activateAccount(): Promise<void> {
    await ask(this.#to.url, 'com.atproto.server.activateAccount', { method: 'POST', ...this.#at(this.#to) })
  }

  async deactivateAccount(): Promise<void> {
    await ask(this.#from.url, 'com.atproto.server.deactivateAccount', { input: {}, ...this.#at(this.#from) })
  }

  status(host: Host): Promise<AccountStatus> {
    return ask(host.url, 'com.atproto.server.checkAccountStatus', this.#at(host))
  }

  async #serviceToken(lxm: string): Promise<string> {
    const params = { aud: this.#service, lxm }
    const { token } = await ask<{ token: string }>(this.#from.url, 'com.atproto.server.getServiceAuth', {
      params,
      ...this.#at(this.#from),
    })
    return token
  }

  #at(host: Host): { token: string } {
    const token = this.#mover.tokens.get(host.url)
    if (token === undefined) throw new Error(`no session with ${host.url}`)
    return { token }
  }
}

function isUsedUp(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'refused' && /^(Invalid|Expired)Token$/.test(outcome.error)
}

/** What the directory knows of a DID, and how many operations it took. */
export async function plcData(directory: string, did: Did): Promise<{ current: PlcData; operations: number }> {
  const [current, log] = await Promise.all(
    ['data', 'log/audit'].map(async (path) => (await fetch(`${directory}/${did}/${path}`)).json()),
  )
  return { current: current as PlcData, operations: (log as unknown[]).length } // by the directory's interface
}
