import type { Did } from '@atoll/syntax'
import { type AuthorizeRequest, bearerToken, type SeenTokens, verifyServiceJwt } from '@atoll/xrpc-server'
import type { ModeratorCaller } from '../callers.ts'
import type { LookUps } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'
import type { Administrator } from './administrator.ts'
import { signingKeysFor } from './signing-keys.ts'

interface ModeratorDeps {
  /** The DID of this server, which tokens must name as their audience. */
  readonly service: Did
  /** The moderation service that the operator trusts. */
  readonly moderator: Did | undefined
  readonly admin: Pick<Administrator, 'require'>
  readonly lookUps: Pick<LookUps, 'of'>
  readonly seen: SeenTokens
}

/** The services of a moderator whose keys may sign: itself, and its labeler. */
const moderatorServices = new Set([undefined, 'atproto_labeler'])

/**
 * The administrator, by the password, or the operator's moderation service, by a service token for
 * the method. Refuses with `UntrustedIss` the tokens of all others, before any key is looked up.
 */
export async function moderator(deps: ModeratorDeps, request: AuthorizeRequest): Promise<ModeratorCaller> {
  const { service, moderator: trusted, admin, lookUps, seen } = deps
  const token = bearerToken(request.headers)
  if (token === undefined) return admin.require(request)
  const keys = signingKeysFor(lookUps, request)
  const untrusted = () => new Refused('UntrustedIss', 'Untrusted issuer')
  if (trusted === undefined) throw untrusted()
  await verifyServiceJwt(token, {
    audience: service,
    lxm: request.nsid,
    seen,
    signingKeyOf(did, options) {
      if (did !== trusted || !moderatorServices.has(options.service)) throw untrusted()
      return keys(did, options)
    },
  })
  return { kind: 'moderator', did: trusted }
}
