import type { Fetch } from '@atoll/identity'
import type { Did, Tid } from '@atoll/syntax'
import { type Clock, serviceUrl, systemClock } from '@atoll/xrpc'
import { ResynchronizationError } from '../errors.ts'
import { WatchedSignal } from './watched-signal.ts'

/** Why there is no repository: the names are those of `com.atproto.sync.getRepo`. */
export type RepoUnavailable = 'RepoNotFound' | 'RepoTakendown' | 'RepoSuspended' | 'RepoDeactivated'

export interface FetchRepoOptions {
  /** Default: the runtime's. For servers that strangers name, `createGuardedFetch`. */
  readonly fetch?: Fetch
  /** How long the server may be silent. Default 30,000. */
  readonly idleTimeoutMs?: number
  /**
   * How long the server may be waited for in all, so that one that sends a byte now and then does
   * not hold up what waits behind it. The time that records take does not count. Default 900,000.
   */
  readonly maxWaitMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

const maxErrorBytes = 64 * 1024

/**
 * Asks a service for a repository, and lets `read` read the CAR file as it comes.
 * @throws ResynchronizationError, InvalidServiceError, and what `read` throws
 */
export async function fetchRepo<T>(
  request: { service: string; did: Did; since?: Tid | undefined; maxBytes: number },
  read: (car: AsyncIterable<Uint8Array>) => Promise<T>,
  options: FetchRepoOptions,
): Promise<{ readonly value: T } | { readonly unavailable: RepoUnavailable; readonly message: string }> {
  const { service, maxBytes } = request
  const { fetch = globalThis.fetch, idleTimeoutMs = 30_000, maxWaitMs = 900_000 } = options
  const { clock = systemClock, signal: owner } = options
  const silence = () => new ResynchronizationError('silent', service, `nothing came for ${idleTimeoutMs} ms`)
  const slowness = () => new ResynchronizationError('slow', service, `not done after ${maxWaitMs} ms of waiting`)
  const watched = new WatchedSignal({ clock, idleTimeoutMs, maxWaitMs, silence, slowness, owner })
  try {
    watched.watch()
    const response = await reached(service, fetch(urlOf(request), { signal: watched.signal }))
    const chunks = chunksOf(response, { watched, service, maxBytes: response.ok ? maxBytes : maxErrorBytes })
    if (response.ok) return { value: await read(chunks) }
    const { error, message } = parseError(await textOf(chunks))
    if (isUnavailable(error)) return { unavailable: error, message }
    throw new ResynchronizationError('response', service, `${response.status} ${error} ${message}`.trim(), {
      status: response.status,
    })
  } catch (error) {
    if (owner?.aborted) throw owner.reason
    if (watched.signal.aborted) throw watched.signal.reason
    throw error
  } finally {
    watched.close()
  }
}

/** Names the service when it cannot be reached, before or in the middle of its response. */
async function reached<T>(service: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new ResynchronizationError('unreachable', service, message, { cause })
  }
}

function urlOf({ service, did, since }: { service: string; did: Did; since?: Tid | undefined }): string {
  const url = new URL('/xrpc/com.atproto.sync.getRepo', serviceUrl(service))
  url.searchParams.set('did', did)
  if (since !== undefined) url.searchParams.set('since', since)
  return url.href
}

/** The body, within its bounds. Leaving the loop ends the response. */
async function* chunksOf(
  response: Response,
  { watched, service, maxBytes }: { watched: WatchedSignal; service: string; maxBytes: number },
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader()
  if (!reader) return
  let bytes = 0
  // Whatever `fetch` makes of the signal, reading ends.
  const end = () => void reader.cancel().catch(() => undefined)
  watched.signal.addEventListener('abort', end)
  try {
    for (;;) {
      watched.watch()
      const { done, value } = await reached(service, reader.read())
      watched.heard()
      if (done) return
      bytes += value.length
      if (bytes > maxBytes) throw new ResynchronizationError('too-large', service, `more than ${maxBytes} bytes`)
      yield value
    }
  } finally {
    watched.signal.removeEventListener('abort', end)
    await reader.cancel().catch(() => undefined)
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** The error of an XRPC response; nothing is said by other bodies. */
function parseError(body: string): { error: string; message: string } {
  try {
    const { error, message } = JSON.parse(body)
    return { error: typeof error === 'string' ? error : '', message: typeof message === 'string' ? message : '' }
  } catch {
    return { error: '', message: '' }
  }
}

function isUnavailable(error: string): error is RepoUnavailable {
  return ['RepoNotFound', 'RepoTakendown', 'RepoSuspended', 'RepoDeactivated'].includes(error)
}
