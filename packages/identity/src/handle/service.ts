import { type Did, type Handle, isDid, isDisallowedTld } from '@atoll/syntax'
import { IdentityUnavailableError } from '../errors.ts'
import { type Fetch, readText, withTimeout } from '../fetch.ts'

/**
 * The DID that a handle's owner names, or `undefined` when nobody says that there is one. Not to
 * find out is an error.
 */
export type ResolveHandle = (handle: Handle, options?: { signal?: AbortSignal }) => Promise<Did | undefined>

export interface HandlesAtServiceOptions {
  /**
   * The origin of a server with the method, such as a personal data server:
   * `https://pds.example.com`.
   */
  service: string | URL
  /** Default: the runtime's own. The operator named the service, so it need not be guarded. */
  fetch?: Fetch
  /** Of a response: 4 KiB by default. */
  maxBytes?: number
}

/**
 * Asks a service for the DIDs of handles, with `com.atproto.identity.resolveHandle`. A browser can
 * read few handles' web servers, which would have to allow it (CORS); a service can read all. What
 * it says is believed: `resolveIdentity` then reads the DID's own document, which must name the
 * handle.
 *
 * @throws TypeError when `service` is not an http or https URL. What it returns throws an
 * `IdentityUnavailableError`.
 */
export function handlesAtService(options: HandlesAtServiceOptions): ResolveHandle {
  const { maxBytes = 4096 } = options
  const origin = originOf(options.service)
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  return async (handle, { signal } = {}) => {
    if (isDisallowedTld(handle)) return undefined
    const url = `${origin}/xrpc/com.atproto.identity.resolveHandle?handle=${encodeURIComponent(handle)}`
    const init: RequestInit = { headers: { accept: 'application/json' }, redirect: 'manual' }
    const response = await fetch(url, signal ? { ...init, signal } : init)
    const answer = parse(await readText(response, maxBytes))
    if (response.status === 200 && isDid(answer['did'])) return answer['did']
    if (response.status === 400 && isNoSuchHandle(answer)) return undefined
    const said = response.status === 200 ? 'without a DID' : `with ${response.status} ${String(answer['error'] ?? '')}`
    throw new IdentityUnavailableError(handle, `${origin} answered ${said.trim()}`)
  }
}

function originOf(service: string | URL): string {
  const url = URL.canParse(service) ? new URL(service) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`service is ${JSON.stringify(String(service))}, and not a URL such as https://pds.example.com`)
  }
  return url.origin
}

/** The declared name, and what the reference servers say in its place. */
function isNoSuchHandle({ error, message }: Record<string, unknown>): boolean {
  return error === 'HandleNotFound' || (error === 'InvalidRequest' && message === 'Unable to resolve handle')
}

function parse(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? { ...json } : {}
  } catch {
    return {}
  }
}

/** Resolves a handle within a time. @throws IdentityUnavailableError */
export async function askForDid(
  handle: Handle,
  { resolve, timeoutMs, signal }: { resolve: ResolveHandle; timeoutMs: number; signal: AbortSignal },
): Promise<Did | undefined> {
  try {
    return await withTimeout(timeoutMs, (ending) => resolve(handle, { signal: ending }), signal)
  } catch (cause) {
    if (signal.aborted || cause instanceof IdentityUnavailableError) throw cause
    throw new IdentityUnavailableError(handle, 'what resolves it could not be asked', { cause })
  }
}
