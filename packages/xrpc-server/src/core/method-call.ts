/** One declared method, from its parameters to its response. */
import { describeIssues, type Method, type Procedure, type Query, type Result } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import { isPromise } from '../http/awaitable.ts'
import type { ByteStream } from '../http/bodies.ts'
import type { RequestHeaders, RouterRequest, RouterResponse } from '../http/messages.ts'
import type { Exchange } from './exchange.ts'
import { type Input, type InputLimits, readInput } from './input.ts'
import type { Limiter } from './limiter.ts'
import { outputResponse } from './output.ts'
import { readQuery } from './query.ts'
import { type Refuse, refuse } from './refusal.ts'
import type { AuthorizeRequest, Call, MethodRoute, Nsid, ResponseHeaders } from './route.ts'

export interface MethodSettings {
  limiter: Limiter
  inputLimits: InputLimits
  validateOutput: boolean
}

/**
 * Parameters, then the caller, then the input, then the limits, then the handler. `isPromise` says
 * why it awaits so.
 */
export async function callMethod(
  { method, authorize, handler, options }: MethodRoute,
  exchange: Exchange,
  settings: MethodSettings,
): Promise<RouterResponse> {
  const { request } = exchange
  let params: object
  let credentials: unknown
  try {
    params = requireParams(method, request)
    const authorizing = authorize(new AuthorizeCall(method.nsid, params, exchange))
    credentials = isPromise(authorizing) ? await authorizing : authorizing
  } catch (refusal) {
    if (options.skipGlobalLimits && exchange.isLimited) await settings.limiter.spendGlobal(exchange)
    throw refusal
  }
  const reading = readInput(method, request, settings.inputLimits, options.maxBytes)
  const input = isPromise(reading) ? await reading : reading
  const call = new MethodCall(method, params, input, credentials, exchange)
  if (exchange.isLimited && (options.limits || options.points !== undefined)) {
    await settings.limiter.spend(call, exchange, options)
  }
  const handling = handler(call)
  const output = isPromise(handling) ? await handling : handling
  return outputResponse(method, output, exchange.headers, settings.validateOutput)
}

/** The parameters as the lexicon declares them. @throws XrpcError that names the wrong ones */
export function requireParams(method: Method, request: RouterRequest): object {
  const result: Result<object> = method.parseParams(readQuery(method, request.query))
  if (result.ok) return result.value
  throw new XrpcError('InvalidRequest', `Invalid params: ${describeIssues(result.issues)}`)
}

/** What an authorizer sees. */
export class AuthorizeCall implements AuthorizeRequest {
  readonly nsid: Nsid
  readonly params: Readonly<Record<string, unknown>>
  readonly #exchange: Exchange

  constructor(nsid: Nsid, params: object, exchange: Exchange) {
    this.nsid = nsid
    this.params = params as Record<string, unknown> // every object is one
    this.#exchange = exchange
  }

  get request(): RouterRequest {
    return this.#exchange.request
  }

  get responseHeaders(): ResponseHeaders {
    return this.#exchange
  }

  get headers(): RequestHeaders {
    return this.#exchange.request.headers
  }

  get ip(): string {
    return this.#exchange.request.ip
  }

  get signal(): AbortSignal {
    return this.#exchange.request.signal
  }
}

// Hosts make addresses and signals when they are first read, so this reads them when the handler
// does.
class MethodCall implements Call<Query | Procedure> {
  readonly method: Query | Procedure
  readonly params: object
  readonly credentials: unknown
  readonly #input: Input
  readonly #exchange: Exchange

  // Positional, since each request makes one: an object of arguments would be a second allocation.
  constructor(method: Query | Procedure, params: object, input: Input, credentials: unknown, exchange: Exchange) {
    this.method = method
    this.params = params
    this.credentials = credentials
    this.#input = input
    this.#exchange = exchange
  }

  get refuse(): Refuse<Query | Procedure> {
    return refuse
  }

  get input(): unknown {
    return this.#input.input
  }

  get encoding(): string | undefined {
    return this.#input.encoding
  }

  get body(): ByteStream {
    return this.#input.body
  }

  get request(): RouterRequest {
    return this.#exchange.request
  }

  get responseHeaders(): ResponseHeaders {
    return this.#exchange
  }

  get headers(): RequestHeaders {
    return this.#exchange.request.headers
  }

  get ip(): string {
    return this.#exchange.request.ip
  }

  get signal(): AbortSignal {
    return this.#exchange.request.signal
  }
}
