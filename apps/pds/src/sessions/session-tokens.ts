import { randomBytes } from 'node:crypto'
import { hmacKey, parseJwt, signJwt, verifyJwtSignature } from '@atoll/jwt'
import { type Did, isDid } from '@atoll/syntax'
import { Refused } from '../refused.ts'

const accessScopes = [
  'com.atproto.access',
  'com.atproto.appPass',
  'com.atproto.appPassPrivileged',
  'com.atproto.takendown',
  'com.atproto.signupQueued',
] as const

/** What a session may do, as the `scope` of its access token says it. */
export type AccessScope = (typeof accessScopes)[number]

/** Whether a session may do what an app password has to be privileged for. */
export function isPrivileged(scope: AccessScope): boolean {
  return scope === 'com.atproto.access' || scope === 'com.atproto.appPassPrivileged'
}

const refreshScope = 'com.atproto.refresh'
const accessLifeSeconds = 120 * 60
/** How long a refresh token lives. */
export const refreshLifeSeconds = 90 * 24 * 60 * 60

/** The claims of an access token. */
export interface AccessClaims {
  readonly did: Did
  readonly scope: AccessScope
}

/** The claims of a refresh token. */
export interface RefreshClaims {
  readonly did: Did
  /** Identifies the token in the session store. */
  readonly id: string
  readonly expiresAt: Date
}

interface Claims {
  scope: string
  sub: string
  aud: string
  iat: number
  exp: number
  jti?: string
}

/** Signs and verifies the JWTs of sessions: HS256, `at+jwt` and `refresh+jwt`. */
export class SessionTokens {
  readonly #key: ReturnType<typeof hmacKey>
  readonly #audience: Did
  readonly #now: () => number

  constructor(options: { secret: string; audience: Did; now?: () => number }) {
    this.#key = hmacKey(options.secret)
    this.#audience = options.audience
    this.#now = options.now ?? Date.now
  }

  createAccess(did: Did, scope: AccessScope): string {
    return this.#sign('at+jwt', { scope, sub: did, aud: this.#audience, ...this.#life(accessLifeSeconds) })
  }

  /** The same arguments give the same token: a client that refreshes twice gets one successor. */
  createRefresh(did: Did, id: string, expiresAt: Date): string {
    const exp = Math.floor(expiresAt.getTime() / 1000)
    return this.#sign('refresh+jwt', {
      scope: refreshScope,
      sub: did,
      aud: this.#audience,
      jti: id,
      iat: exp - refreshLifeSeconds,
      exp,
    })
  }

  /** The claims of an access token. Refuses with `InvalidToken` or `ExpiredToken`. */
  readAccess(token: string): AccessClaims {
    const claims = this.#read(token, 'at+jwt')
    const scope = accessScopes.find((known) => known === claims.scope)
    if (!scope) throw new Refused('InvalidToken', 'Bad token scope')
    return { did: claims.sub, scope }
  }

  /**
   * The claims of a refresh token. Refuses with `InvalidToken`, or with `ExpiredToken` unless
   * `acceptExpired` is set.
   */
  readRefresh(token: string, options: { acceptExpired?: boolean } = {}): RefreshClaims {
    const claims = this.#read(token, 'refresh+jwt', options.acceptExpired)
    if (claims.scope !== refreshScope) throw new Refused('InvalidToken', 'Bad token scope')
    if (!claims.jti) throw new Refused('InvalidToken', 'Token could not be verified')
    return { did: claims.sub, id: claims.jti, expiresAt: new Date(claims.exp * 1000) }
  }

  #life(seconds: number): { iat: number; exp: number } {
    const iat = Math.floor(this.#now() / 1000)
    return { iat, exp: iat + seconds }
  }

  #sign(typ: string, claims: Claims): string {
    return signJwt({ typ }, claims, this.#key)
  }

  #read(token: string, type: string, acceptExpired = false): Claims & { sub: Did } {
    const jwt = parseJwt(token)
    if (jwt?.type !== type || !verifyJwtSignature(jwt, this.#key)) throw unverified()
    const claims = jwt.claims as Partial<Claims>
    if (!isDid(claims.sub) || typeof claims.exp !== 'number' || claims.aud !== this.#audience) throw unverified()
    if (claims.exp * 1000 <= this.#now() && !acceptExpired) throw new Refused('ExpiredToken', 'Token has expired')
    // Signed by this service: what `#sign` put in is what comes out.
    return claims as Claims & { sub: Did }
  }
}

/** A new, random id for a refresh token. */
export function newTokenId(): string {
  return randomBytes(32).toString('base64url')
}

function unverified(): Refused {
  return new Refused('InvalidToken', 'Token could not be verified')
}
