import type { Did } from '@atoll/syntax'
import type { Authorize } from '@atoll/xrpc-server'
import type { AccountCaller, AdminCaller, Newcomer, Reader, RefreshCaller } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import type { Administrator } from './administrator.ts'
import { accountCaller, refreshCaller } from './bearer.ts'
import { newcomer } from './newcomer.ts'

/** Who may call: what each word in `routes.ts` means. */
export interface Access {
  /** No proof is asked for or looked at. */
  readonly anyone: Authorize<undefined>
  /** Anyone; a token, where there is one, must be good. */
  readonly reader: Authorize<Reader>
  /** Somebody who wants an account. What proves a DID is looked at only when the request turns out to bring one. */
  readonly newcomer: Authorize<Newcomer>
  /** A signed-in account, with its password or an app password. */
  readonly account: Authorize<AccountCaller>
  /** The holder of a live refresh token. */
  readonly refresh: Authorize<RefreshCaller>
  /** The holder of a refresh token, expired ones included: enough to sign out. */
  readonly expiredRefresh: Authorize<RefreshCaller>
  /** The administrator, by HTTP Basic. */
  readonly admin: Authorize<AdminCaller>
}

interface AccessDeps {
  readonly tokens: SessionTokens
  readonly admin: Pick<Administrator, 'require'>
  /** The DID of this service, for which tokens of other services have to be made. */
  readonly service: Did
  readonly lookUps: Pick<LookUps, 'of'>
}

export function createAccess({ tokens, admin, service, lookUps }: AccessDeps): Access {
  return {
    anyone: () => undefined,
    newcomer: (request) => newcomer({ service, lookUps }, request),
    reader: (request) => {
      const { headers, responseHeaders } = request
      // Owner and administrator may be shown more than others: no cache may give theirs to somebody else.
      responseHeaders.set('cache-control', 'private')
      responseHeaders.set('vary', 'authorization')
      const authorization = headers.get('authorization')
      if (authorization === null) return undefined
      return /^basic /i.test(authorization) ? admin.require(request) : accountCaller(tokens, headers)
    },
    account: ({ headers }) => accountCaller(tokens, headers),
    refresh: ({ headers }) => refreshCaller(tokens, headers),
    expiredRefresh: ({ headers }) => refreshCaller(tokens, headers, { acceptExpired: true }),
    admin: (request) => admin.require(request),
  }
}
