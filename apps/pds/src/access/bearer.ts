/** Callers with a session token: `Authorization: Bearer`. */
import type { AccountCaller, RefreshCaller } from '../callers.ts'
import { Refused } from '../refused.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import { requireScope } from './scopes.ts'

interface Headers {
  get(name: string): string | null
}

/** The account whose access token the request carries. */
export function accountCaller(tokens: SessionTokens, headers: Headers): AccountCaller {
  const { did, scope } = tokens.readAccess(requireBearer(headers))
  requireScope(scope)
  return { kind: 'account', did, scope }
}

/** As `accountCaller`, or somebody whose sign-up waits for approval. */
export function signedUpCaller(tokens: SessionTokens, headers: Headers): AccountCaller {
  const { did, scope } = tokens.readAccess(requireBearer(headers))
  if (scope !== 'com.atproto.signupQueued') requireScope(scope)
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
