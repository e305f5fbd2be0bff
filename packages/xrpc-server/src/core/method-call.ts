/** One declared method, from its parameters to its answer. */
import { describeIssues, type Procedure, type Query, type Result } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import type { ByteStream } from '../http/bodies.ts'
import type { Limiter } from '../limits/limiter.ts'
import { isPromise } from './awaitable.ts'
import type { Exchange } from './exchange.ts'
import { type Input, type InputLimits, readInput } from './input.ts'
import type { RequestHeaders, RouterRequest, RouterResponse } from './messages.ts'
import { outputResponse } from './output.ts'
import { readQuery } from './query.ts'
import { type Refuse, refuse } from './refusal.ts'
import type { AuthorizeRequest, Call, MethodRoute, Nsid, ResponseHeaders, Route } from './route.ts'

export interface MethodSettings {
  limiter: Limiter
  inputLimits: InputLimits
  validateOutput: boolean
}

/** Parameters, then the caller, then the input, then the limits, then the handler. */
export async function callMethod(
  { method, authorize, handler, options }: MethodRoute,
  exchange: Exchange,
  settings: MethodSettings,
): Promise<RouterResponse> {
  const { request } = exchange
  const params = requireParams(method, request)
  const authorizing = authorize(new AuthorizeCall(method.nsid, params, request, exchange))
  const credentials = isPromise(authorizing) ? await authorizing : authorizing
  const reading = readInput(method, request, settings.inputLimits, options.maxBytes)
  const input = isPromise(reading) ? await reading : reading
  const call = new MethodCall(method, params, input, credentials, request, exchange)
  if (exchange.isLimited && (options.limits || options.points !== undefined)) {
    await settings.limiter.spend(call, exchange, options)
  }
  const handling = handler(call)
  const output = isPromise(handling) ? await handling : handling
  return outputResponse(method, output, exchange.headers, settings.validateOutput)
}

/** The parameters, as the lexicon has them. @throws XrpcError that says what is wrong with which. */
export function requireParams(method: Route['method'], request: RouterRequest): object {
  const judged: Result<object> = method.parseParams(readQuery(method, request.query))
  if (judged.ok) return judged.value
  throw new XrpcError('InvalidRequest', `Invalid params: ${describeIssues(judged.issues)}`)
}

/** What an authorizer sees. */
export class AuthorizeCall implements AuthorizeRequest {
  readonly params: Readonly<Record<string, unknown>>

  constructor(
    readonly nsid: Nsid,
    params: object,
    readonly request: RouterRequest,
    readonly responseHeaders: ResponseHeaders,
  ) {
    this.params = params as Record<string, unknown> // every object is one
  }

  get headers(): RequestHeaders {
    return this.request.headers
  }

  get ip(): string {
    return this.request.ip
  }

  get signal(): AbortSignal {
    return this.request.signal
  }
}

// Hosts make addresses and signals only when they are asked for, so this asks no sooner than the handler does.
class MethodCall implements Call<Query | Procedure> {
  constructor(
    readonly method: Query | Procedure,
    readonly params: object,
    private readonly given: Input,
    readonly credentials: unknown,
    readonly request: RouterRequest,
    readonly responseHeaders: ResponseHeaders,
  ) {}

  get refuse(): Refuse<Query | Procedure> {
    return refuse
  }

  get input(): unknown {
    return this.given.input
  }

  get encoding(): string | undefined {
    return this.given.encoding
  }

  get body(): ByteStream {
    return this.given.body
  }

  get headers(): RequestHeaders {
    return this.request.headers
  }

  get ip(): string {
    return this.request.ip
  }

  get signal(): AbortSignal {
    return this.request.signal
  }
}
