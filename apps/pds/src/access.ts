import { signingKeyOf as accountSigningKey, type ResolveOptions, resolveForOccasion } from '@atoll/identity'
import type { Did, Nsid } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { type Authorize, bearerToken, verifyServiceJwt } from '@atoll/xrpc-server'
import type { AdminCaller, Administrator } from './administrator.ts'
import { type LookUpCaller, type LookUps, orUnknown } from './identity/look-ups.ts'
import { Refused } from './refused.ts'
import type { AccessScope, SessionTokens } from './sessions/session-tokens.ts'

/** A signed-in account. */
export interface AccountCaller {
  readonly kind: 'account'
  readonly did: Did
  readonly scope: AccessScope
}

/** The holder of a refresh token. */
export interface RefreshCaller {
  readonly kind: 'refresh'
  readonly did: Did
  readonly tokenId: string
}

/** Somebody without an account here, who may bring a DID. */
export interface Newcomer {
  readonly kind: 'newcomer'
  /** Refuses unless the request is signed with the key of the DID, for this method of this server. */
  requireHolderOf(did: Did): Promise<void>
}

/** Whoever reads what is public: the owner and the administrator may see more. */
export type Reader = AccountCaller | AdminCaller | undefined

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

interface Headers {
  get(name: string): string | null
}

interface AccessParts {
  readonly tokens: SessionTokens
  readonly admin: Pick<Administrator, 'require'>
  /** The DID of this service, for which tokens of other services have to be made. */
  readonly service: Did
  readonly lookUps: Pick<LookUps, 'of'>
}

export function createAccess(parts: AccessParts): Access {
  const { tokens, service, lookUps, admin } = parts

  const account = (headers: Headers): AccountCaller => {
    const { did, scope } = tokens.readAccess(requireBearer(headers))
    if (scope === 'com.atproto.takendown') throw new Refused('InvalidToken', 'Bad token scope')
    return { kind: 'account', did, scope }
  }
  const refresh = (headers: Headers, options?: { acceptExpired: boolean }): RefreshCaller => {
    const { did, id } = tokens.readRefresh(requireBearer(headers), options)
    return { kind: 'refresh', did, tokenId: id }
  }

  const signingKeysFor = (caller: LookUpCaller) => {
    const identity = lookUps.of(caller)
    const resolve = (did: Did, options: ResolveOptions) => orUnknown(identity.resolveDid(did, options))
    const occasion = {}
    return async (did: Did, { refresh }: { refresh: boolean }) => {
      const document = await resolveForOccasion(resolve, did, { refresh, occasion })
      return document && accountSigningKey(document)
    }
  }
  const newcomer = (headers: Headers, lxm: Nsid, caller: LookUpCaller): Newcomer => ({
    kind: 'newcomer',
    async requireHolderOf(did) {
      const token = bearerToken(headers)
      const missing = new Refused('AuthenticationRequired', `Missing auth to create account with did: ${did}`)
      if (token === undefined) throw missing
      const signingKeyOf = signingKeysFor(caller)
      await verifyServiceJwt(token, { audience: service, lxm, issuer: did, signingKeyOf }).catch((error: unknown) => {
        throw error instanceof XrpcError && error.error === 'BadJwtIss' ? missing : error
      })
    },
  })

  return {
    anyone: () => undefined,
    newcomer: ({ nsid, headers, ip, signal }) => newcomer(headers, nsid, { ip, signal }),
    reader: (request) => {
      const { headers, responseHeaders } = request
      // Owner and administrator may be shown more than others: no cache may give theirs to somebody else.
      responseHeaders.set('cache-control', 'private')
      responseHeaders.set('vary', 'authorization')
      const authorization = headers.get('authorization')
      if (authorization === null) return undefined
      return /^basic /i.test(authorization) ? admin.require(request) : account(headers)
    },
    account: ({ headers }) => account(headers),
    refresh: ({ headers }) => refresh(headers),
    expiredRefresh: ({ headers }) => refresh(headers, { acceptExpired: true }),
    admin: (request) => admin.require(request),
  }
}

/** Whether the caller is the owner of `did` or the administrator. */
export function maySeeInactive(caller: Reader, did: Did): boolean {
  return caller?.kind === 'admin' || caller?.did === did
}

function requireBearer(headers: Headers): string {
  const authorization = headers.get('authorization')
  if (!authorization) throw new Refused('AuthMissing', 'Authentication Required')
  const [scheme, token, ...rest] = authorization.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0)
    throw new Refused('InvalidToken', 'Unexpected authorization type: expected Bearer and one token')
  return token
}
