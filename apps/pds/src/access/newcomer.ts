import { signingKeyOf } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { type AuthorizeRequest, bearerToken, type SigningKeyOf, verifyServiceJwt } from '@atoll/xrpc-server'
import type { Newcomer } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'
import type { Administrator } from './administrator.ts'
import { documentsFor } from './signing-keys.ts'

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
      const documentOf = documentsFor(lookUps, { ip, signal })
      const keys: SigningKeyOf = async (issuer, { refresh }) => {
        const document = await documentOf(issuer, refresh)
        if (!document) throw new Refused('UnresolvableDid', `The document of ${did} could not be resolved`)
        const key = signingKeyOf(document)
        if (!key) throw new Refused('IncompatibleDidDoc', `The document of ${did} has no signing key`)
        return key
      }
      await verifyServiceJwt(token, { audience: service, lxm: nsid, issuer: did, signingKeyOf: keys }).catch(
        (error: unknown) => {
          throw error instanceof XrpcError && error.error === 'BadJwtIss' ? missing : error
        },
      )
    },
  }
}
