/** The router behind the web's `Request` and `Response`. */
import { yieldToEventLoop } from '@atoll/event-loop'
import { clientAddress } from '../http/client-address.ts'
import { ClientGoneError } from '../http/errors.ts'
import type { ResponseHeaderMap, RouterRequest, RouterResponse } from '../http/messages.ts'
import { chunksOf, type StreamOptions, streamOf } from '../http/web-streams.ts'

export interface FetchInfo {
  /** The address of the peer, where the runtime knows it. */
  address?: string
  /** Whose X-Forwarded-For is believed. Default: loopback, link-local and private addresses. */
  isTrustedProxy?(address: string): boolean
  /** Aborted when the client goes away. Default: the request's own signal. */
  signal?: AbortSignal
}

/** A web request as the router takes it: for `router.upgrade`, and for other hosts. */
export function routerRequest(request: Request, info: FetchInfo = {}): RouterRequest {
  const { method, headers, body } = request
  const url = new URL(request.url)
  return {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: headers.has('host') ? headers : withHost(headers, url.host),
    ip: clientAddress(info.address ?? '127.0.0.1', headers.get('x-forwarded-for'), info.isTrustedProxy),
    signal: info.signal ?? request.signal,
    nextTurn: yieldToEventLoop,
    body: body === null ? undefined : bodyOf(body),
  }
}

/** Not every runtime shows the `host` header, but the request's URL was made from it. */
function withHost(headers: Headers, host: string): Headers {
  const complete = new Headers(headers)
  complete.set('host', host)
  return complete
}

/** A router's request as a web request. Its body can be read once, in either form. */
export function webRequest(request: RouterRequest, origin: string): Request {
  const { method, path, query, headers, signal, body } = request
  // Set, not resolved: a path such as `//elsewhere.example/` would name another host.
  const url = new URL(origin)
  url.pathname = path
  url.search = query
  const init: RequestInit & { duplex?: 'half' } = { method, headers: [...headers.entries()], signal }
  if (body && method !== 'GET' && method !== 'HEAD') Object.assign(init, { body: streamOf(body), duplex: 'half' })
  return new Request(url, init)
}

/** Headers about the connection that a response came by: it goes on by another. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** Headers about bytes that `fetch` has decoded by now. */
const ofEncoding: ReadonlySet<string> = new Set(['content-encoding', 'content-length'])

/**
 * A web response as the router takes it, for fallbacks that produce web responses. One that `fetch`
 * brought from another server can be passed on as it is.
 *
 * @throws TypeError for `Response.error()`, and for a response whose body was read
 */
export function routerResponse(response: Response): RouterResponse {
  if (response.status === 0) throw new TypeError('`Response.error()` is no response that can be sent')
  if (response.bodyUsed) throw new TypeError('a response whose body was read cannot be sent: send a clone')
  const isDecoded = response.url !== '' && response.headers.has('content-encoding')
  const headers: ResponseHeaderMap = {}
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie' || ofConnection.has(name) || (isDecoded && ofEncoding.has(name))) continue
    headers[name] = value
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  return { status: response.status, headers, body: response.body ? chunksOf(response.body) : undefined }
}

/** A router's response as a web response. */
export function webResponse({ status, headers, body }: RouterResponse, options?: StreamOptions): Response {
  const webHeaders = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const each of [value].flat()) webHeaders.append(name, each)
  }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  if (bytes instanceof Uint8Array) {
    webHeaders.set('content-length', String(bytes.length))
    return new Response(bytes as Uint8Array<ArrayBuffer>, { status, headers: webHeaders })
  }
  return new Response(bytes ? streamOf(bytes, options) : null, { status, headers: webHeaders })
}

/** Answers a web request. */
export async function handleFetch(
  handle: (request: RouterRequest) => Promise<RouterResponse>,
  request: Request,
  info: FetchInfo = {},
): Promise<Response> {
  const gone = new AbortController()
  const { signal } = gone
  const left = info.signal ?? request.signal
  const leave = () => gone.abort(left.reason)
  if (left.aborted) leave()
  else left.addEventListener('abort', leave, { once: true })
  const response = await handle(routerRequest(request, { ...info, signal }))
  const onCancel = () => {
    // Refers to the request on purpose: in Node its signal is no longer aborted once the request is
    // garbage.
    const left = info.signal ?? request.signal
    left.removeEventListener('abort', leave)
    gone.abort()
  }
  return webResponse(response, { signal, onCancel })
}

async function* bodyOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(body)
  } catch (cause) {
    throw new ClientGoneError({ cause })
  }
}
