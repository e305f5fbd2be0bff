import { type Did, isDid } from '@atoll/syntax'
import { type DidDocument, parseDidDocument } from '../did/document.ts'
import { discard, type Fetch, readText, withTimeout } from '../fetch.ts'
import { InvalidOperationError, PlcRequestError } from './errors.ts'
import { type AnyOperation, isPlainObject, type PlcData, type PlcLogEntry, parseOperation } from './operation.ts'
import { cidOfOperation } from './signature.ts'

export interface PlcClientOptions {
  /** The directory, such as `https://plc.directory`. */
  url: string
  fetch?: Fetch
  /** For each request, its response included. */
  timeoutMs?: number
  maxBytes?: number
}

/**
 * A did:plc directory over HTTP. Absent and tombstoned identities are `undefined`; whatever else
 * fails is a `PlcRequestError`.
 */
export class PlcClient {
  readonly url: string
  readonly #fetch: Fetch
  readonly #timeoutMs: number
  readonly #maxBytes: number

  constructor({ url, fetch, timeoutMs = 5000, maxBytes = 4 * 1024 * 1024 }: PlcClientOptions) {
    this.url = url.replace(/\/+$/, '')
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init))
    this.#timeoutMs = timeoutMs
    this.#maxBytes = maxBytes
  }

  async getDocument(did: Did): Promise<DidDocument | undefined> {
    const json = await this.#get(`/${did}`)
    return json === undefined ? undefined : parseDidDocument(json, did)
  }

  async getData(did: Did): Promise<PlcData | undefined> {
    const json = await this.#get(`/${did}/data`)
    return json === undefined ? undefined : parseData(json, did)
  }

  /** The operations in force, oldest first. */
  async getLog(did: Did): Promise<AnyOperation[] | undefined> {
    const json = await this.#get(`/${did}/log`)
    return json === undefined ? undefined : requireList(json).map(parseOperation)
  }

  /** Everything that ever happened, as the directory tells it: check it with `validateLog`. */
  async getAuditLog(did: Did): Promise<PlcLogEntry[] | undefined> {
    const json = await this.#get(`/${did}/log/audit`)
    return json === undefined ? undefined : (requireList(json) as PlcLogEntry[]) // validateLog checks each entry
  }

  /** The operation in force, which may be a tombstone. */
  async getLastOp(did: Did): Promise<AnyOperation | undefined> {
    const json = await this.#get(`/${did}/log/last`)
    return json === undefined ? undefined : parseOperation(json)
  }

  /**
   * Hands in an operation. When the response is lost, the log is read once to see whether the
   * operation arrived, so that a `PlcRequestError` without a status means: not known to be
   * accepted.
   */
  async submit(did: Did, operation: AnyOperation): Promise<void> {
    try {
      await this.#post(`/${did}`, operation)
    } catch (error) {
      const outcomeKnown = error instanceof PlcRequestError && error.status !== undefined && error.status < 500
      if (outcomeKnown || !(await this.#isLast(did, operation))) throw error
    }
  }

  async #isLast(did: Did, operation: AnyOperation): Promise<boolean> {
    const last = await this.getLastOp(did).catch(() => undefined)
    return last !== undefined && cidOfOperation(last) === cidOfOperation(operation)
  }

  async #post(path: string, operation: AnyOperation): Promise<void> {
    const body = JSON.stringify(operation)
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    await this.#request(path, init, async (response) => {
      if (!response.ok) throw await refusal(response)
      await discard(response)
    })
  }

  async #get(path: string): Promise<unknown> {
    return this.#request(
      path,
      { headers: { accept: 'application/json, application/did+ld+json' } },
      async (response) => {
        if (response.status === 404 || response.status === 410) return discard(response)
        if (response.status !== 200) throw await refusal(response)
        return JSON.parse(await readText(response, this.#maxBytes))
      },
    )
  }

  async #request<T>(path: string, init: RequestInit, read: (response: Response) => Promise<T>): Promise<T> {
    try {
      return await withTimeout(this.#timeoutMs, async (signal) => {
        // A redirect counts as a refusal; `manual`, because not every runtime knows `error`.
        return read(await this.#fetch(`${this.url}${path}`, { ...init, redirect: 'manual', signal }))
      })
    } catch (error) {
      if (error instanceof PlcRequestError) throw error
      throw new PlcRequestError(`${this.url} could not be asked`, undefined, { cause: error })
    }
  }
}

async function refusal(response: Response): Promise<PlcRequestError> {
  const text = await readText(response, 64 * 1024).catch(() => '')
  return new PlcRequestError(messageIn(text) ?? `status ${response.status}`, response.status)
}

function messageIn(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return isPlainObject(json) && typeof json['message'] === 'string' ? json['message'] : undefined
  } catch {
    return undefined
  }
}

function requireList(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw new InvalidOperationError('not a list')
  return json
}

/**
 * The response has the fields of an operation, with the DID in place of its position and signature.
 */
function parseData(json: unknown, did: Did): PlcData {
  if (!isPlainObject(json)) throw new InvalidOperationError('not an object')
  const { did: subject, ...content } = json
  if (!isDid(subject) || subject !== did) throw new InvalidOperationError('another DID')
  const operation = parseOperation({ ...content, type: 'plc_operation', prev: null, sig: '' })
  if (operation.type !== 'plc_operation') throw new Error('parsed as another type')
  const { type: _type, prev: _prev, sig: _sig, ...fields } = operation
  return { did, ...fields }
}
