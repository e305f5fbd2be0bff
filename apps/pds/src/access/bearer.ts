/** Callers with a session token: `Authorization: Bearer`. */
import type { AccountCaller, RefreshCaller } from '../callers.ts'
import { Refused } from '../refused.ts'
import type { AccessScope, SessionTokens } from '../sessions/session-tokens.ts'
import { allowedScopes, requireScope } from './scopes.ts'

interface Headers {
  get(name: string): string | null
}

/** The account whose access token the request carries, if its scope is among those allowed. */
export function accountCaller(
  tokens: SessionTokens,
  headers: Headers,
  allowed: readonly AccessScope[] = allowedScopes.account,
): AccountCaller {
  const { did, scope } = tokens.readAccess(requireBearer(headers))
  requireScope(scope, allowed)
  return { kind: 'account', did, scope }
}

/** The holder of the refresh token that the request carries. */
export function refreshCaller(
  tokens: SessionTokens,
  headers: Headers,
  options?: { acceptExpired: boolean },
): RefreshCaller {
  const { did, id } = tokens.readRefresh(requireBearer(headers), options)
  return { kind: 'refresh', did, tokenId: id }
}

function requireBearer(headers: Headers): string {
  const authorization = headers.get('authorization')
  if (!authorization) throw new Refused('AuthMissing', 'Authentication Required')
  const [scheme, token, ...rest] = authorization.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) {
    throw new Refused('InvalidToken', 'Unexpected authorization type: expected Bearer and one token')
  }
  return token
}
