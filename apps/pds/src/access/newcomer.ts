import type { Did } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { type AuthorizeRequest, bearerToken, verifyServiceJwt } from '@atoll/xrpc-server'
import type { Newcomer } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'
import { signingKeysFor } from './signing-keys.ts'

interface NewcomerDeps {
  /** The DID of this service, which the token must name as its audience. */
  readonly service: Did
  readonly lookUps: Pick<LookUps, 'of'>
}

/**
 * The caller of a method that makes accounts. The token is read only when a DID has to be proven.
 */
export function newcomer(
  { service, lookUps }: NewcomerDeps,
  { nsid, headers, ip, signal }: AuthorizeRequest,
): Newcomer {
  return {
    kind: 'newcomer',
    async requireHolderOf(did) {
      const token = bearerToken(headers)
      const missing = new Refused('AuthenticationRequired', `Missing auth to create account with did: ${did}`)
      if (token === undefined) throw missing
      const keys = signingKeysFor(lookUps, { ip, signal })
      await verifyServiceJwt(token, { audience: service, lxm: nsid, issuer: did, signingKeyOf: keys }).catch(
        (error: unknown) => {
          throw error instanceof XrpcError && error.error === 'BadJwtIss' ? missing : error
        },
      )
    },
  }
}
