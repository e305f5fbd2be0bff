import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, fetch as undiciFetch } from 'undici'
import { RefusedRequestError, ResponseTooLargeError } from '../errors.ts'
import type { Fetch } from '../fetch.ts'
import { createPublicLookup } from './public-lookup.ts'

export interface GuardOptions {
  /** For development: any address, port and scheme. */
  allowPrivate?: boolean
  /** Where names get their addresses from; the system's resolver when left out. */
  lookup?: LookupFunction
}

export interface GuardedFetchOptions extends GuardOptions {
  /** Of an answer's body, after decompression. */
  maxBytes?: number
  /** From the call to the last byte of the answer, redirects included. */
  timeoutMs?: number
  maxRedirects?: number
}

export interface GuardedFetch extends Fetch {
  /** Ends its connections. */
  close(): Promise<void>
}

/** Throws `RefusedRequestError` for a URL that a guarded request does not go to, whatever its name resolves to. */
export function requirePublicUrl(url: URL, protocol: 'https:' | 'wss:' = 'https:'): void {
  const refuse = (reason: string): never => {
    throw new RefusedRequestError(url.host, reason)
  }
  if (url.protocol !== protocol) refuse(`not ${protocol.slice(0, -1)}`)
  if (url.port !== '') refuse('a port of its own')
  if (url.username !== '' || url.password !== '') refuse('credentials in the URL')
  // The URL parser has by now turned decimal, octal, hexadecimal and full-width spellings into the usual ones.
  if (isAddress(url.hostname)) refuse('an address instead of a name')
  if (!url.hostname.includes('.')) refuse('not a public name')
}

/** An undici dispatcher that connects to public addresses only, whatever URL it is given. */
export function openGuardedAgent({ allowPrivate = false, lookup: source = lookup }: GuardOptions = {}): Agent {
  if (allowPrivate) return new Agent({ connect: { lookup: source } })
  const connect = buildConnector({ lookup: createPublicLookup(source) })
  return new Agent({
    connect(options, callback) {
      // An address is connected to without a lookup.
      if (isAddress(options.hostname))
        callback(new RefusedRequestError(options.hostname, 'an address instead of a name'), null)
      else connect(options, callback)
    },
  })
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

/**
 * A `fetch` for URLs that somebody else named. Only https, only names, only the usual port, only public addresses;
 * redirects are refused unless asked for, and then each is checked like the first; time and size are bounded.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { allowPrivate = false, maxBytes = 512 * 1024, timeoutMs = 10_000, maxRedirects = 5 } = options
  const agent = openGuardedAgent(options)

  const guarded: Fetch = async (address, init = {}) => {
    const signal = bounded(timeoutMs, init.signal)
    let url = new URL(address)
    for (let hop = 0; ; hop++) {
      if (!allowPrivate) requirePublicUrl(url)
      const response = await dispatch(agent, url, { ...init, redirect: 'manual', signal })
      const target = redirectOf(response, url)
      if (!target || init.redirect === 'manual') return limited(response, url, maxBytes)
      await response.body?.cancel()
      requireRedirectAllowed(url, init, hop, maxRedirects)
      url = target
    }
  }
  return Object.assign(guarded, { close: () => agent.destroy() })
}

function bounded(timeoutMs: number, signal: AbortSignal | null | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs)
  return signal ? AbortSignal.any([timeout, signal]) : timeout
}

async function dispatch(agent: Agent, url: URL, init: RequestInit): Promise<Response> {
  // undici's own types and the DOM's describe the same objects.
  const fetch = undiciFetch as unknown as (url: URL, init: RequestInit & { dispatcher: Agent }) => Promise<Response>
  try {
    return await fetch(url, { ...init, dispatcher: agent })
  } catch (error) {
    if (error instanceof Error && error.cause instanceof RefusedRequestError) throw error.cause
    throw error
  }
}

function redirectOf(response: Response, url: URL): URL | undefined {
  const location = response.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined
  if (!URL.canParse(location, url)) throw new RefusedRequestError(url.host, 'a malformed redirect')
  return new URL(location, url)
}

function requireRedirectAllowed(url: URL, init: RequestInit, hop: number, maxRedirects: number): void {
  if (init.redirect !== 'follow') throw new RefusedRequestError(url.host, 'a redirect')
  if (hop >= maxRedirects) throw new RefusedRequestError(url.host, `over ${maxRedirects} redirects`)
  if (!['GET', 'HEAD'].includes(init.method?.toUpperCase() ?? 'GET')) {
    throw new RefusedRequestError(url.host, 'a redirect of a request with a body')
  }
  if (new Headers(init.headers).has('authorization')) throw new RefusedRequestError(url.host, 'a redirect with a token')
}

/** The response with a body that fails once it is longer than `maxBytes`. */
function limited(response: Response, url: URL, maxBytes: number): Response {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > maxBytes) {
    response.body?.cancel().catch(() => undefined)
    throw new ResponseTooLargeError(maxBytes)
  }
  const { status, statusText, headers } = response
  const body = response.body?.pipeThrough(byteLimit(maxBytes)) ?? null
  const copy = new Response(body, { status, statusText, headers: [...headers] })
  Object.defineProperty(copy, 'url', { value: url.href })
  return copy
}

function byteLimit(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let size = 0
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length
      if (size > maxBytes) controller.error(new ResponseTooLargeError(maxBytes))
      else controller.enqueue(chunk)
    },
  })
}
