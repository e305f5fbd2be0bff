import { XrpcError } from '../errors.ts'
import { readAll } from './byte-stream.ts'
import type { FetchLike } from './client.ts'
import { namedFailure } from './connection-error.ts'
import { readError } from './response.ts'
import { serviceUrl } from './service-url.ts'
import type { TokenPair } from './session.ts'

const maxBytes = 64 * 1024
const nsid = 'com.atproto.server.refreshSession'

/**
 * Refreshes tokens at the server that issued them, by `com.atproto.server.refreshSession`.
 * @throws InvalidServiceError for what is not the address of a server
 */
export function refreshAt(service: string | URL, fetch: FetchLike = globalThis.fetch) {
  const url = new URL(`/xrpc/${nsid}`, serviceUrl(service)).href
  return async (refreshJwt: string): Promise<TokenPair> => {
    const failed = (error: unknown) => Promise.reject(namedFailure(error, url))
    const headers = { authorization: `Bearer ${refreshJwt}` }
    const response = await fetch(url, { method: 'POST', headers }).catch(failed)
    if (!response.ok) throw await readError(response, nsid)
    const body = parse(await readAll(response.body, maxBytes).catch(failed))
    if (isTokens(body)) return { accessJwt: body.accessJwt, refreshJwt: body.refreshJwt }
    throw new XrpcError('InvalidResponse', 'refreshSession answered without tokens')
  }
}

function parse(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

function isTokens(body: unknown): body is TokenPair {
  if (typeof body !== 'object' || body === null || !('accessJwt' in body && 'refreshJwt' in body)) return false
  return typeof body.accessJwt === 'string' && typeof body.refreshJwt === 'string'
}
