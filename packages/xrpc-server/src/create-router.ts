import { XrpcError } from '@atoll/xrpc'
import { Exchange } from './core/exchange.ts'
import { Limiter } from './core/limiter.ts'
import { callMethod, type MethodSettings } from './core/method-call.ts'
import type { RouterOptions } from './core/options.ts'
import { printError } from './core/print-error.ts'
import { checkRefusal } from './core/refusal.ts'
import { reporting } from './core/reporting.ts'
import type { MethodRoute, Nsid } from './core/route.ts'
import { compressResponse } from './encoding/compress.ts'
import { handleFetch } from './hosts/fetch.ts'
import type { Router } from './hosts/router.ts'
import { type Awaitable, isPromise } from './http/awaitable.ts'
import { discardBody, isStream } from './http/bodies.ts'
import { openToAllOrigins, preflightResponse } from './http/cors.ts'
import { ClientGoneError, errorResponse, publicError } from './http/errors.ts'
import type { RouterRequest, RouterResponse } from './http/messages.ts'
import { chunksOf } from './http/web-streams.ts'
import { CountsByKey } from './limits/counts-by-key.ts'
import { rateHeaders } from './limits/rate-limits.ts'
import type { Route, SubscriptionSettings, Upgrade } from './streams/subscriptions.ts'

/** Makes a router of declared methods. @throws Error when a method is declared twice */
export function createRouter(routes: Iterable<Route>, options: RouterOptions = {}): Router {
  const core = new RouterCore(routes, options)
  const handle = (request: RouterRequest) => core.handle(request)
  return {
    handle,
    upgrade: (request) => core.upgrade(request),
    fetch: (request, info) => handleFetch(handle, request, info),
  }
}

const prefix = '/xrpc/'
const healthPath = '/xrpc/_health'
const nsidForm = /^[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9][a-zA-Z0-9-]*)+\.[a-zA-Z][a-zA-Z0-9]*$/

class RouterCore {
  readonly #routes = new Map<string, Route>()
  readonly #limiter: Limiter
  readonly #settings: MethodSettings
  readonly #subscriptions: SubscriptionSettings
  readonly #options: RouterOptions
  readonly #onError: NonNullable<RouterOptions['onError']>

  constructor(routes: Iterable<Route>, options: RouterOptions) {
    this.#options = options
    this.#onError = options.onError ?? printError
    for (const route of routes) {
      if (this.#routes.has(route.method.nsid)) throw new Error(`${route.method.nsid} is declared twice`)
      this.#routes.set(route.method.nsid, route)
    }
    this.#limiter = new Limiter(options.rateLimits ?? {}, options.now ?? Date.now)
    this.#settings = {
      limiter: this.#limiter,
      inputLimits: {
        maxJsonBytes: options.maxJsonBytes ?? 150 * 1024,
        maxRawBytes: options.maxRawBytes ?? 5 * 1024 * 1024,
      },
      validateOutput: options.validateOutput ?? true,
    }
    this.#subscriptions = { options: { ...options, onError: this.#onError }, openByNetwork: new CountsByKey() }
  }

  async handle(request: RouterRequest): Promise<RouterResponse> {
    const { onRequest } = this.#options
    const started = onRequest ? performance.now() : 0
    const exchange = new Exchange(request)
    let error: unknown
    let response: RouterResponse
    try {
      const responding = this.#respond(exchange)
      response = isPromise(responding) ? await responding : responding
    } catch (thrown) {
      error = this.#checked(thrown, exchange)
      response = this.#refuse(error, exchange)
    }
    const finishing = this.#finish(exchange, response)
    if (isPromise(finishing)) response = await finishing
    const { nsid } = exchange
    onRequest?.({ request, nsid, status: response.status, ms: performance.now() - started, error })
    return response
  }

  async upgrade(request: RouterRequest): Promise<Upgrade> {
    const exchange = new Exchange(request)
    try {
      const route = this.#routes.get(this.#locate(exchange) ?? '')
      await this.#spendGlobal(exchange, undefined)
      if (route?.kind === 'stream') return await route.open(route, exchange, this.#subscriptions)
      if (route) throw new XrpcError('InvalidRequest', `${exchange.nsid} is a ${route.method.kind}, not a subscription`)
      throw this.#notHere(exchange)
    } catch (thrown) {
      const response = await this.#finish(exchange, this.#refuse(this.#checked(thrown, exchange), exchange))
      return { accepted: false, response }
    }
  }

  /** The NSID that the path names, if it has the form of one. */
  #locate(exchange: Exchange): Nsid | undefined {
    const { path } = exchange.request
    if (!path.startsWith(prefix)) return undefined
    // A slash at the end is ignored, as on the network's usual servers.
    const name = path.endsWith('/') ? path.slice(prefix.length, -1) : path.slice(prefix.length)
    // Names of declared methods are valid; any other must have the form of an NSID.
    if (this.#routes.has(name) || (name.length <= 317 && nsidForm.test(name))) exchange.nsid = name as Nsid
    return exchange.nsid
  }

  // Nothing here awaits a value that is there already: `isPromise` says why.
  #respond(exchange: Exchange): Awaitable<RouterResponse> {
    const { request } = exchange
    const nsid = this.#locate(exchange)
    if (request.method === 'OPTIONS' && this.#isCrossOrigin(request.path)) return preflightResponse(request)
    if (this.#options.health && isHealthPath(request.path)) return this.#health(request, this.#options.health)
    const route = nsid === undefined ? undefined : this.#routes.get(nsid)
    const spending = this.#spendGlobal(exchange, route)
    return isPromise(spending) ? spending.then(() => this.#dispatch(route, exchange)) : this.#dispatch(route, exchange)
  }

  #dispatch(route: Route | undefined, exchange: Exchange): Awaitable<RouterResponse> {
    const { request, nsid } = exchange
    if (!route || !nsid) return this.#fallBack(exchange)
    const intercepting = this.#options.intercept?.(request, nsid)
    if (!isPromise(intercepting)) return intercepting ? owned(intercepting) : this.#run(route, exchange)
    return intercepting.then((intercepted) => (intercepted ? owned(intercepted) : this.#run(route, exchange)))
  }

  #run(route: Route, exchange: Exchange): Promise<RouterResponse> {
    checkVerb(route, exchange.request.method)
    return callMethod(route, exchange, this.#settings)
  }

  async #fallBack(exchange: Exchange): Promise<RouterResponse> {
    const answer = await this.#options.fallback?.(exchange.request, exchange.nsid)
    if (answer) return owned(answer)
    throw this.#notHere(exchange)
  }

  #spendGlobal(exchange: Exchange, route: Route | undefined): Awaitable<void> {
    exchange.isLimited = this.#limiter.counts(exchange.request)
    if (!exchange.isLimited || !this.#limiter.hasGlobal) return
    // Pages are not part of the API: one address may resolve all handles of a server, or a crawler
    // ask for what is not there.
    if (!exchange.request.path.startsWith(prefix)) return
    if (route?.kind === 'method' && route.options.skipGlobalLimits) return
    return this.#limiter.spendGlobal(exchange)
  }

  #notHere(exchange: Exchange): XrpcError {
    if (exchange.nsid) return new XrpcError('MethodNotImplemented', `${exchange.nsid} is not served here`)
    if (!exchange.request.path.startsWith(prefix)) return new XrpcError('NotFound', 'there is nothing at this path')
    return new XrpcError('InvalidRequest', 'the path does not name a method')
  }

  async #health(request: RouterRequest, health: NonNullable<RouterOptions['health']>): Promise<RouterResponse> {
    if (!isRead(request.method)) throw wrongVerb('the health check is read-only: use GET', 'GET')
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    try {
      return { status: 200, headers, body: JSON.stringify(await health()) }
    } catch (cause) {
      if (cause instanceof XrpcError) throw cause
      this.#onError(cause, { request, nsid: undefined })
      throw new XrpcError('ServiceUnavailable', 'the service is not healthy', { cause })
    }
  }

  #checked(thrown: unknown, { nsid }: Exchange): unknown {
    const route = nsid && this.#routes.get(nsid)
    return route ? checkRefusal(thrown, route.method, this.#options) : thrown
  }

  #refuse(thrown: unknown, exchange: Exchange): RouterResponse {
    const refusal = this.#options.mapError?.(thrown) ?? publicError(thrown)
    if (refusal !== thrown && !(thrown instanceof ClientGoneError) && !exchange.request.signal.aborted) {
      this.#onError(thrown, { request: exchange.request, nsid: exchange.nsid })
    }
    const answer = errorResponse(refusal)
    return { ...answer, headers: { ...exchange.headers, ...answer.headers } }
  }

  #finish({ request, nsid, rate }: Exchange, response: RouterResponse): Awaitable<RouterResponse> {
    if (rate) Object.assign(response.headers, rateHeaders(rate))
    // A web stream cannot be cancelled while it is being read; `chunksOf` can.
    if (response.body instanceof ReadableStream) response.body = chunksOf(response.body)
    if (isStream(response.body)) {
      response.body = reporting(response.body, (error) => {
        if (!request.signal.aborted && !(error instanceof ClientGoneError)) this.#onError(error, { request, nsid })
      })
    }
    if (this.#isCrossOrigin(request.path)) openToAllOrigins(response.headers)
    return request.method === 'HEAD' ? withoutBody(response) : compressResponse(request, response)
  }

  #isCrossOrigin(path: string): boolean {
    return this.#options.crossOrigin?.(path) ?? true
  }
}

/** The router adds headers, so a response that the app keeps and returns again must be copied. */
function owned(response: RouterResponse): RouterResponse {
  return { ...response, headers: { ...response.headers } }
}

function checkVerb(route: Route, verb: string): asserts route is MethodRoute {
  const { kind, nsid } = route.method
  if (kind === 'procedure' ? verb === 'POST' : kind === 'query' && isRead(verb)) return
  if (kind === 'subscription' && isRead(verb)) {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    throw new XrpcError('UpgradeRequired', `${nsid} is a subscription: open a WebSocket`, { headers })
  }
  const allow = kind === 'procedure' ? 'POST' : 'GET'
  throw wrongVerb(`${nsid} is a ${kind}: use ${allow}, not ${verb}`, allow)
}

function isHealthPath(path: string): boolean {
  return path === healthPath || path === `${healthPath}/`
}

function isRead(verb: string): boolean {
  return verb === 'GET' || verb === 'HEAD'
}

function wrongVerb(message: string, allow: string): XrpcError {
  return new XrpcError('InvalidRequest', message, { status: 405, headers: { allow } })
}

async function withoutBody(response: RouterResponse): Promise<RouterResponse> {
  const { body, headers } = response
  if (typeof body === 'string') headers['content-length'] = String(new TextEncoder().encode(body).length)
  else if (body instanceof Uint8Array) headers['content-length'] = String(body.length)
  else await discardBody(body)
  return { ...response, body: undefined }
}
