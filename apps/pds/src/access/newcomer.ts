import type { Did } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { type AuthorizeRequest, bearerToken, verifyServiceJwt } from '@atoll/xrpc-server'
import type { Newcomer } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'
import type { Administrator } from './administrator.ts'
import { signingKeysFor } from './signing-keys.ts'

interface NewcomerDeps {
  /** The DID of this service, which the token must name as its audience. */
  readonly service: Did
  readonly lookUps: Pick<LookUps, 'of'>
  readonly admin: Pick<Administrator, 'require'>
}

/**
 * The caller of a method that makes accounts. A token is read only when a DID has to be proven;
 * the password of the administrator is checked if it is sent.
 */
export async function newcomer(
  { service, lookUps, admin }: NewcomerDeps,
  request: AuthorizeRequest,
): Promise<Newcomer> {
  const { nsid, headers, ip, signal } = request
  const isAdministrator = /^basic /i.test(headers.get('authorization') ?? '')
  if (isAdministrator) await admin.require(request)
  return {
    kind: 'newcomer',
    isAdministrator,
    isSigned: /^bearer /i.test(headers.get('authorization') ?? ''),
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
