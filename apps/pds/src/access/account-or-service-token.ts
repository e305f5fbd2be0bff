import { parseJwt } from '@atoll/jwt'
import type { Did } from '@atoll/syntax'
import { type AuthorizeRequest, bearerToken, verifyServiceJwt } from '@atoll/xrpc-server'
import type { AccountCaller, SigningCaller } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import { accountCaller } from './bearer.ts'
import { signingKeysFor } from './signing-keys.ts'

interface Deps {
  readonly tokens: SessionTokens
  /** The DID of this server, which service tokens must name as their audience. */
  readonly service: Did
  readonly lookUps: Pick<LookUps, 'of'>
}

/**
 * A signed-in account, or one that is known by a service token for the method: an account that
 * moves here still has its key at its former server, and services upload for it. A token may be
 * used until it expires, for one upload after the other. Tokens that name a method are service
 * tokens, all others sessions.
 */
export async function accountOrServiceToken(
  { tokens, service, lookUps }: Deps,
  request: AuthorizeRequest,
): Promise<AccountCaller | SigningCaller> {
  const { nsid, headers } = request
  const token = bearerToken(headers)
  if (token === undefined || (parseJwt(token)?.claims['lxm'] ?? null) === null) return accountCaller(tokens, headers)
  const keys = signingKeysFor(lookUps, request)
  const { did } = await verifyServiceJwt(token, {
    audience: service,
    lxm: nsid,
    signingKeyOf(issuer, options) {
      // The key of one of its services is not the account's.
      if (options.service !== undefined) throw new Refused('UntrustedIss', 'Untrusted issuer')
      return keys(issuer, options)
    },
  })
  return { kind: 'signing', did }
}
