import type { ResponseHeaderMap, RouterRequest, RouterResponse } from '../core/messages.ts'

const daySeconds = '86400'

/** Headers that scripts of other origins may read, beside those that they always may. */
const exposed = [
  'atproto-content-labelers',
  'atproto-repo-rev',
  'atproto-upstream-lag',
  'content-disposition',
  'content-encoding',
  'content-length',
  'dpop-nonce',
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'www-authenticate',
].join(', ')

/** Opens an answer to every origin. No cookie is ever at stake: credentials are not allowed along. */
export function openToAllOrigins(headers: ResponseHeaderMap): void {
  headers['access-control-allow-origin'] = '*'
  headers['access-control-expose-headers'] = exposed
}

/** Answers a preflight: every method, whatever headers were asked for, for a day. */
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
