import type { GivenParamsOf, InputOf, OutputOf, Procedure, Query, RawBody } from '@atoll/lexicon'
import { XrpcError } from '../errors.ts'
import { namedFailure } from './connection-error.ts'
import { contentTypeOf, type Given, outgoing, type RawInput } from './request.ts'
import { bodyOf, readError, readOutput } from './response.ts'
import { Retry, type RetryOptions } from './retry.ts'
import { serviceUrl } from './service-url.ts'
import { Renewal, type Session } from './session.ts'

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

export interface ClientOptions {
  /** The server's origin, such as `https://pds.example`. */
  service: string | URL
  /** Default: the runtime's own. */
  fetch?: FetchLike
  /** Sent with every call. */
  headers?: Readonly<Record<string, string>>
  session?: Session
  /** `false` turns retrying off. */
  retry?: RetryOptions | false
  /** Bound of a response that is read whole. Default 32 MiB. */
  maxBytes?: number
  /**
   * Whether responses are checked against the data model and the lexicon. Default true. Without it
   * one odd record does not make a page of them unreadable: fractions, lone surrogates and
   * malformed links are returned as they were sent.
   */
  validate?: boolean
}

type Rest = { headers?: Readonly<Record<string, string>>; signal?: AbortSignal }
type ParamsPart<G> = object extends G ? { params?: G } : { params: G }
type InputPart<I> = [I] extends [undefined]
  ? { input?: undefined }
  : [I] extends [RawBody]
    ? { input: RawInput; encoding?: string }
    : { input: I }

export type CallOptions<M extends Query | Procedure> = ParamsPart<GivenParamsOf<M>> & InputPart<InputOf<M>> & Rest
type CallArguments<M extends Query | Procedure> =
  object extends CallOptions<M> ? [options?: CallOptions<M>] : [options: CallOptions<M>]

/** An output without a schema is its bytes. */
export type CallData<M extends Query | Procedure> = [OutputOf<M>] extends [RawBody] ? Uint8Array : OutputOf<M>

export interface CallResponse<M extends Query | Procedure> {
  data: CallData<M>
  headers: Headers
}

export interface OpenResponse {
  /** The media type of the body. */
  encoding: string
  headers: Headers
  /** To be read once; stopping early cancels the transfer. */
  body: AsyncIterable<Uint8Array>
  /** Lets go of a body that will not be read. */
  cancel(): Promise<void>
}

/** Calls methods of one server. */
export interface Client {
  readonly service: URL
  /**
   * Calls a method and reads its whole response.
   * @throws XrpcError for a refusal, ConnectionError when the server cannot be reached
   */
  call<M extends Query | Procedure>(method: M, ...args: CallArguments<M>): Promise<CallResponse<M>>
  /**
   * Calls a method and returns its response as it arrives.
   * @throws XrpcError for a refusal, ConnectionError when the server cannot be reached
   */
  open<M extends Query | Procedure>(method: M, ...args: CallArguments<M>): Promise<OpenResponse>
}

/**
 * Makes a client of one server. Its subscriptions are `subscribe`'s.
 * @throws InvalidServiceError when `service` is not the address of a server
 *
 * @example
 * const client = createClient({ service: 'https://pds.example' })
 * const { data } = await client.call(getLatestCommit, { params: { did } })
 */
export function createClient(options: ClientOptions): Client {
  const service = serviceUrl(options.service)
  const caller = new Caller(service, options)
  const { maxBytes = 32 * 1024 * 1024, validate = true } = options
  return {
    service,
    async call<M extends Query | Procedure>(method: M, given?: CallOptions<M>) {
      const response = await caller.send(method, given ?? {})
      const data = await readOutput(method, response, maxBytes, validate).catch((error: unknown) => {
        throw namedFailure(error, service.href, given?.signal)
      })
      // Validated against the lexicon from which M was generated; without validation, it is the
      // caller's word.
      return { data: data as CallData<M>, headers: response.headers }
    },
    async open<M extends Query | Procedure>(method: M, given?: CallOptions<M>) {
      const response = await caller.send(method, given ?? {})
      const encoding = response.headers.get('content-type') ?? 'application/octet-stream'
      const cancel = async () => void (await response.body?.cancel())
      return { encoding, headers: response.headers, body: bodyOf(response, service.href, given?.signal), cancel }
    },
  }
}

class Caller {
  readonly #service: URL
  readonly #options: ClientOptions
  readonly #retry: Retry
  readonly #renewal: Renewal

  constructor(service: URL, options: ClientOptions) {
    const { retry, session } = options
    this.#service = service
    this.#options = options
    this.#retry = new Retry(retry === false ? { attempts: 1 } : retry)
    this.#renewal = new Renewal(session)
  }

  /** Sends until there is a response, or another attempt is not worth it. */
  async send(method: Query | Procedure, given: Given): Promise<Response> {
    const { url, init, isRepeatable, isRead } = outgoing(this.#service, method, given)
    let hasRenewed = false
    for (let attempt = 1; ; attempt++) {
      const { generation } = this.#renewal
      try {
        return await this.#attempt(method, url, init, contentTypeOf(method, given), given.headers)
      } catch (error) {
        if (!isRepeatable) throw error
        if (!hasRenewed && error instanceof XrpcError && (await this.#renewal.renew(error, generation))) {
          hasRenewed = true
          attempt--
        } else if (!(await this.#retry.before(attempt, error, isRead, given.signal))) throw error
      }
    }
  }

  async #attempt(
    { nsid }: Query | Procedure,
    url: string,
    init: RequestInit,
    contentType: string | undefined,
    given?: Readonly<Record<string, string>>,
  ) {
    const { fetch = globalThis.fetch, headers: always, session } = this.#options
    const headers = new Headers(always)
    const sources = [
      await session?.authorize(),
      contentType === undefined ? {} : { 'content-type': contentType },
      given,
    ]
    for (const source of sources) for (const [name, value] of Object.entries(source ?? {})) headers.set(name, value)
    init.signal?.throwIfAborted()
    const response = await fetch(url, { ...init, headers }).catch((error: unknown) => {
      throw namedFailure(error, url, init.signal)
    })
    if (!response.ok) throw await readError(response, nsid)
    return response
  }
}
