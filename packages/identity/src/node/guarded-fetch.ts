import { type Dispatcher, fetch as undiciFetch } from 'undici'
import { RefusedRequestError, ResponseTooLargeError } from '../errors.ts'
import type { Fetch } from '../fetch.ts'
import { type GuardOptions, openWantedAgent, requirePublicUrl } from './guarded-agent.ts'
import { sendFollowing } from './redirects.ts'
import { WantedHosts } from './wanted-hosts.ts'

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

/**
 * A `fetch` for URLs that somebody else named. Only https, only names, only the usual port, only public addresses;
 * redirects are refused unless asked for, and then each is checked like the first; time and size are bounded. What a request
 * started (a look-up, an attempt to connect) ends with it.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { allowPrivate = false, maxBytes = 512 * 1024, timeoutMs = 10_000, maxRedirects = 5 } = options
  const wanted = new WantedHosts()
  const agent = openWantedAgent(options, wanted)
  const check = allowPrivate ? () => undefined : (url: URL) => requirePublicUrl(url)

  const guarded: Fetch = async (address, init = {}) => {
    const signal = bounded(timeoutMs, init.signal)
    const send = (url: URL) =>
      wanted.during(url.hostname, () => dispatch(agent, url, { ...init, redirect: 'manual', signal }))
    const { response, url } = await sendFollowing(new URL(address), init, { check, send, maxRedirects })
    return limited(response, url, maxBytes)
  }
  return Object.assign(guarded, { close: () => agent.destroy() })
}

function bounded(timeoutMs: number, signal: AbortSignal | null | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs)
  return signal ? AbortSignal.any([timeout, signal]) : timeout
}

async function dispatch(agent: Dispatcher, url: URL, init: RequestInit): Promise<Response> {
  // undici's own types and the DOM's describe the same objects.
  const fetch = undiciFetch as unknown as (
    url: URL,
    init: RequestInit & { dispatcher: Dispatcher },
  ) => Promise<Response>
  try {
    return await fetch(url, { ...init, dispatcher: agent })
  } catch (error) {
    if (error instanceof Error && error.cause instanceof RefusedRequestError) throw error.cause
    throw error
  }
}

/** The response with a body that fails once it is longer than `maxBytes`. */
function limited(response: Response, url: URL, maxBytes: number): Response {
  const { status, statusText, headers } = response
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    response.body?.cancel().catch(() => undefined)
    throw new ResponseTooLargeError(maxBytes)
  }
  const body = response.body?.pipeThrough(byteLimit(maxBytes)) ?? null
  const copy = new Response(body, { status, statusText, headers: [...headers] })
  return Object.defineProperty(copy, 'url', { value: url.href })
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
