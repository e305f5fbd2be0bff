import type { KeyPair } from '@atoll/crypto'
import { type Did, isDid, type Nsid } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import type { AccountCaller } from '../callers.ts'
import { Refused } from '../refused.ts'
import { isPrivileged } from './session-tokens.ts'

/**
 * Methods that manage the account itself: whoever has a token for one could have the server that
 * serves the account do it, so nobody gets one.
 */
const protectedMethods = new Set(
  [
    'com.atproto.admin.sendEmail',
    'com.atproto.identity.requestPlcOperationSignature',
    'com.atproto.identity.signPlcOperation',
    'com.atproto.identity.updateHandle',
    'com.atproto.server.activateAccount',
    'com.atproto.server.confirmEmail',
    'com.atproto.server.createAppPassword',
    'com.atproto.server.deactivateAccount',
    'com.atproto.server.getAccountInviteCodes',
    'com.atproto.server.getSession',
    'com.atproto.server.listAppPasswords',
    'com.atproto.server.requestAccountDelete',
    'com.atproto.server.requestEmailConfirmation',
    'com.atproto.server.requestEmailUpdate',
    'com.atproto.server.revokeAppPassword',
    'com.atproto.server.updateEmail',
  ].map((nsid) => nsid.toLowerCase()),
)

interface ServiceTokensDeps {
  readonly signingKeys: { of(did: Did): Promise<KeyPair> }
  readonly now?: () => number
}

/** What a token is wanted for. */
export interface WantedServiceToken {
  /** A DID, or one of its services: `did:web:mod.example#atproto_labeler`. */
  readonly aud: string
  readonly lxm: Nsid | undefined
  /** Seconds since the epoch. */
  readonly exp: number | undefined
}

/**
 * Tokens with which accounts call other services, signed with their keys.
 * https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 */
export class ServiceTokens {
  readonly #deps: ServiceTokensDeps

  constructor(deps: ServiceTokensDeps) {
    this.#deps = deps
  }

  /**
   * Makes a token. A deactivated account gets one too: it needs it to move away. Refuses with
   * `BadExpiration`, or with `InvalidRequest` where the audience is no service, or the method is
   * protected or asks for more than the session may.
   */
  async make({ did, scope }: AccountCaller, { aud, lxm, exp }: WantedServiceToken): Promise<string> {
    const { signingKeys, now } = this.#deps
    requireAudience(aud)
    // Some servers find methods whatever their case.
    const method = lxm?.toLowerCase()
    if (method !== undefined && protectedMethods.has(method)) {
      throw new Refused(
        'InvalidRequest',
        `cannot request a service auth token for the following protected method: ${lxm}`,
      )
    }
    if (method !== undefined && needsPrivilege(method) && !isPrivileged(scope)) {
      throw new Refused(
        'InvalidRequest',
        `insufficient access to request a service auth token for the following method: ${lxm}`,
      )
    }
    const keyPair = await signingKeys.of(did)
    return createServiceJwt({ iss: did, aud, lxm, exp, keyPair, ...(now ? { now } : {}) })
  }
}

/** Direct messages, and taking the account to another server. */
function needsPrivilege(method: string): boolean {
  return method.startsWith('chat.bsky.') || method === 'com.atproto.server.createaccount'
}

/** The network resolves two DID methods. */
function requireAudience(aud: string): void {
  const [did = '', service, ...more] = aud.split('#')
  const isKnown = isDid(did) && /^did:(plc|web):/.test(did)
  const isService = service === undefined || /^[\w.-]{1,100}$/.test(service)
  if (isKnown && isService && more.length === 0) return
  throw new Refused(
    'InvalidRequest',
    `The audience must be a did:plc or did:web, with or without a service such as #atproto_labeler: ${aud}`,
  )
}
