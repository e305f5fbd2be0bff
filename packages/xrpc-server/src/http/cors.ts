/** Cross-origin requests: https://fetch.spec.whatwg.org/#http-cors-protocol */
import type { ResponseHeaderMap, RouterRequest, RouterResponse } from './messages.ts'

const daySeconds = '86400'

/** Headers that scripts of other origins may read in addition to those that they always may. */
const exposed = [
  'accept-ranges',
  'atproto-content-labelers',
  'atproto-repo-rev',
  'atproto-upstream-lag',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'dpop-nonce',
  'etag',
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'www-authenticate',
].join(', ')

/**
 * Lets scripts of every origin read a response. Cookies are not at risk: credentials are not
 * allowed.
 */
export function openToAllOrigins(headers: ResponseHeaderMap): void {
  headers['access-control-allow-origin'] = '*'
  headers['access-control-expose-headers'] = exposed
}

/**
 * The response to a preflight request: every method and the requested headers are allowed, for a
 * day.
 */
export function preflightResponse(request: RouterRequest): RouterResponse {
  return {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      // A star would not cover `authorization`.
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*, authorization',
      'access-control-max-age': daySeconds,
      vary: 'access-control-request-headers',
    },
  }
}
