import { XrpcError } from '../errors.ts'
import { readAll } from './byte-stream.ts'
import type { FetchLike } from './client.ts'
import { readError } from './response.ts'
import type { TokenPair } from './session.ts'

const maxBytes = 64 * 1024

/** Refreshes tokens at the server that issued them, by `com.atproto.server.refreshSession`. */
export function refreshAt(service: string | URL, fetch: FetchLike = globalThis.fetch) {
  return async (refreshJwt: string): Promise<TokenPair> => {
    const url = new URL('/xrpc/com.atproto.server.refreshSession', service).href
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${refreshJwt}` } })
    if (!response.ok) throw await readError(response)
    const body = parse(await readAll(response.body, maxBytes))
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
