import type { Did } from '@atoll/syntax'
import { type Authorize, MemorySeenTokens, serviceAuth } from '@atoll/xrpc-server'
import type { Accounts } from '../accounts/accounts.ts'
import type { AccountCaller, ModeratorCaller, Newcomer, RefreshCaller, SigningCaller } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import type { PdsAccess } from '../kit/pds-access.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import { accountOrServiceToken } from './account-or-service-token.ts'
import type { Administrator } from './administrator.ts'
import { accountCaller, refreshCaller } from './bearer.ts'
import { moderator } from './moderator.ts'
import { newcomer } from './newcomer.ts'
import { allowedScopes } from './scopes.ts'
import { signingKeysFor } from './signing-keys.ts'

/** Who may call a method, under the names that `routes.ts` uses. */
export interface Access extends PdsAccess {
  /**
   * Somebody without an account. The proof for a DID is checked only if the request brings a DID.
   */
  readonly newcomer: Authorize<Newcomer>
  /** An account, or somebody whose sign-up waits for approval. */
  readonly signedUp: Authorize<AccountCaller>
  /** As `account`, with its own password: no app password may do this. */
  readonly fullAccount: Authorize<AccountCaller>
  /**
   * As `account`, for methods that write records: the account's state is left to the write, which
   * reads it in any case.
   */
  readonly writer: Authorize<AccountCaller>
  /** As `account`, or one by a service token for the method. */
  readonly accountOrServiceToken: Authorize<AccountCaller | SigningCaller>
  /** A signed-in account with any password, even while it is taken down. */
  readonly takendown: Authorize<AccountCaller>
  /** The administrator, or the operator's moderation service by a service token for the method. */
  readonly moderator: Authorize<ModeratorCaller>
  /** The holder of a live refresh token. */
  readonly refresh: Authorize<RefreshCaller>
  /** The holder of a refresh token, expired ones included: enough to sign out. */
  readonly expiredRefresh: Authorize<RefreshCaller>
}

interface AccessDeps {
  readonly tokens: SessionTokens
  readonly admin: Pick<Administrator, 'require'>
  /** The DID of this service: the audience of service auth tokens. */
  readonly service: Did
  /** The moderation service that the operator trusts. */
  readonly moderator: Did | undefined
  readonly lookUps: Pick<LookUps, 'of'>
  readonly accounts: Pick<Accounts, 'requireNotTakendown'>
}

export function createAccess(deps: AccessDeps): Access {
  const { tokens, admin, service, moderator: trusted, lookUps, accounts } = deps
  const seen = new MemorySeenTokens()
  /** Access tokens outlive a takedown, which ends the sessions that they are of. */
  const notTakendown = async <C extends { did: Did }>(caller: C): Promise<C> => {
    await accounts.requireNotTakendown(caller.did)
    return caller
  }
  return {
    anyone: () => undefined,
    newcomer: (request) => newcomer({ service, lookUps, admin }, request),
    reader: (request) => {
      const { headers, responseHeaders } = request
      // The owner and the administrator may see more: no cache may give their responses to others.
      responseHeaders.set('cache-control', 'private')
      responseHeaders.set('vary', 'authorization')
      const authorization = headers.get('authorization')
      if (authorization === null) return undefined
      return /^basic /i.test(authorization) ? admin.require(request) : accountCaller(tokens, headers)
    },
    account: async ({ headers }) => notTakendown(accountCaller(tokens, headers)),
    signedUp: ({ headers }) => accountCaller(tokens, headers, allowedScopes.signedUp),
    fullAccount: async ({ headers }) => notTakendown(accountCaller(tokens, headers, allowedScopes.fullAccount)),
    writer: ({ headers }) => accountCaller(tokens, headers),
    accountOrServiceToken: async (request) =>
      notTakendown(await accountOrServiceToken({ tokens, service, lookUps }, request)),
    takendown: ({ headers }) => accountCaller(tokens, headers, allowedScopes.takendown),
    moderator: (request) => moderator({ service, moderator: trusted, admin, lookUps, seen }, request),
    service: (request) =>
      serviceAuth({ audience: service, signingKeyOf: signingKeysFor(lookUps, request), seen })(request),
    refresh: ({ headers }) => refreshCaller(tokens, headers),
    expiredRefresh: ({ headers }) => refreshCaller(tokens, headers, { acceptExpired: true }),
    admin: (request) => admin.require(request),
  }
}
