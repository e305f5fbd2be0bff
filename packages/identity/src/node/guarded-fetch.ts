import { type Dispatcher, fetch as undiciFetch } from 'undici'
import { RefusedRequestError, RefusedResponseError, ResponseTooLargeError } from '../errors.ts'
import type { Fetch } from '../fetch.ts'
import { type GuardOptions, openWantedAgent, requirePublicUrl } from './guarded-agent.ts'
import { sendFollowing } from './redirects.ts'
import { soleCoding } from './sole-coding.ts'
import { WantedHosts } from './wanted-hosts.ts'

export interface GuardedFetchOptions extends GuardOptions {
  /** Of a response's body, before and after decompression. */
  maxBytes?: number
  /** From the call to the last byte of the response, redirects included. */
  timeoutMs?: number
  maxRedirects?: number
}

export interface GuardedFetch extends Fetch {
  /** Ends its connections. */
  close(): Promise<void>
}

/**
 * A `fetch` for URLs that somebody else named. Only https, only names, only the usual port, only
 * public addresses; redirects are refused unless asked for, and then each is checked like the
 * first; time and size are bounded, and a body has one content coding at most. What a request
 * started (a look-up, an attempt to connect) ends with it.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { allowPrivate = false, maxBytes = 512 * 1024, timeoutMs = 10_000, maxRedirects = 5 } = options
  const wanted = new WantedHosts()
  const agent = openWantedAgent(options, wanted)
  const dispatcher = agent.compose(soleCoding(maxBytes))
  const check = allowPrivate ? () => undefined : (url: URL) => requirePublicUrl(url)

  const guarded: Fetch = async (address, init = {}) => {
    const signal = bounded(timeoutMs, init.signal)
    const send = (url: URL) =>
      wanted.during(url.hostname, () => dispatch(dispatcher, url, { ...init, redirect: 'manual', signal }))
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
    throw ownReason(error)
  }
}

/** The response with a body that fails once it is longer than `maxBytes`. */
function limited(response: Response, url: URL, maxBytes: number): Response {
  const { status, statusText, headers } = response
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    response.body?.cancel().catch(() => undefined)
    throw new ResponseTooLargeError(maxBytes)
  }
  const body = response.body && boundedBody(response.body, maxBytes)
  const copy = new Response(body, { status, statusText, headers: [...headers] })
  return Object.defineProperty(copy, 'url', { value: url.href })
}

function boundedBody(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let size = 0
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw ownReason(error)
      })
      if (done) return controller.close()
      size += value.length
      if (size <= maxBytes) return controller.enqueue(value)
      reader.cancel().catch(() => undefined)
      throw new ResponseTooLargeError(maxBytes)
    },
    cancel: (reason) => reader.cancel(reason),
  }
  // Bodies never live in shared memory.
  return new ReadableStream(source, { highWaterMark: 0 }) as ReadableStream<Uint8Array<ArrayBuffer>>
}

/** The refusal of ours that undici has wrapped, or the error as it is. */
function ownReason(error: unknown): unknown {
  for (let reason = error; reason instanceof Error; reason = reason.cause) {
    if (reason instanceof RefusedRequestError || reason instanceof RefusedResponseError) return reason
    if (reason instanceof ResponseTooLargeError) return reason
  }
  return error
}
