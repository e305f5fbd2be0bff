/**
 * Service auth: one service speaks to another for an account.
 * https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 */
import { type DidKey, InvalidKeyError, type KeyPair } from '@atoll/crypto'
import { ecdsaSigner, ecdsaVerifier, type Jwt, parseJwt, signJwt, verifyJwtSignature } from '@atoll/jwt'
import { XrpcError } from '@atoll/xrpc'
import type { Authorize } from '../core/route.ts'
import type { Awaitable } from '../http/awaitable.ts'
import type { RequestHeaders } from '../http/messages.ts'
import type { SeenTokens } from './seen-tokens.ts'

type Did = `did:${string}:${string}`

const defaultSeconds = 60
const maxSeconds = 60 * 60
const maxSecondsWithoutMethod = 60
const clockToleranceSeconds = 30
const maxJtiLength = 256

/** Tokens of a session, or of OAuth: never to be taken for service auth. */
const foreignTypes = new Set(['at+jwt', 'refresh+jwt', 'dpop+jwt'])

export interface ServiceJwtClaims {
  /** A DID, or one of its services: `did:web:mod.example#atproto_labeler`. */
  iss: string
  /** The DID part of `iss`. */
  did: Did
  /** The service part of `iss`, without the hash sign. */
  service: string | undefined
  aud: string
  lxm: string | undefined
  /** Seconds since the epoch. */
  exp: number
  jti: string | undefined
}

export interface CreateServiceJwtOptions {
  iss: string
  aud: string
  /** The one method that the token is for. */
  lxm?: string | undefined
  /** Seconds since the epoch. Default: a minute from now. */
  exp?: number | undefined
  keyPair: KeyPair
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
}

/** Makes a token. @throws XrpcError BadExpiration for a life that service auth does not allow. */
export function createServiceJwt({ iss, aud, lxm, exp, keyPair, now = Date.now }: CreateServiceJwtOptions): string {
  const iat = Math.floor(now() / 1000)
  const random = crypto.getRandomValues(new Uint8Array(16))
  const jti = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const claims = { iat, iss, aud, exp: serviceExpiration(exp, lxm, iat), lxm, jti }
  return signJwt({ typ: 'JWT' }, claims, ecdsaSigner(keyPair))
}

/** When a token may end, all in seconds. @throws XrpcError BadExpiration */
export function serviceExpiration(exp: number | undefined, lxm: string | undefined, now: number): number {
  if (exp === undefined) return now + defaultSeconds
  const seconds = exp - now
  if (!(seconds >= 0)) throw badExpiration('the expiration is in the past')
  if (seconds > maxSeconds) throw badExpiration('the expiration is more than an hour ahead')
  if (lxm === undefined && seconds > maxSecondsWithoutMethod) {
    throw badExpiration('a token without a method may live for a minute at most')
  }
  return exp
}

function badExpiration(message: string): XrpcError {
  return new XrpcError('BadExpiration', message)
}

/** Finds the key that an issuer signs with; `refresh` bypasses every cache. */
export type SigningKeyOf = (
  did: Did,
  options: { refresh: boolean; service: string | undefined },
) => Awaitable<DidKey | undefined>

export interface VerifyServiceJwtOptions {
  /** Who we are. A bare DID also stands for each of its services. */
  audience: string | readonly string[]
  /** The method called; a token must be for it. `undefined` takes a token for any. */
  lxm: string | undefined
  signingKeyOf: SigningKeyOf
  /** The required issuer, if it is known: any other token is refused before a key is looked up. */
  issuer?: string | undefined
  /**
   * How far ahead a token may expire. Default: an hour, the longest life that service auth allows.
   */
  maxLifetimeSeconds?: number
  /**
   * Remembers tokens, so that each is accepted once. Without it a token can be used until it
   * expires.
   */
  seen?: SeenTokens
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** Checks a token. @throws XrpcError 401 that names what is wrong. */
export async function verifyServiceJwt(token: string, options: VerifyServiceJwtOptions): Promise<ServiceJwtClaims> {
  const jwt = parseJwt(token)
  if (!jwt) throw new XrpcError('BadJwt', 'the token is not a JWT')
  const claims = readClaims(jwt)
  checkClaims(jwt, claims, options)
  await checkSignature(jwt, claims, options.signingKeyOf)
  if (options.seen) await checkFirstUse(claims, options.seen)
  return claims
}

/** An authorizer that takes service auth alone, for the method called. */
export function serviceAuth(options: Omit<VerifyServiceJwtOptions, 'lxm'>): Authorize<ServiceJwtClaims> {
  return ({ nsid, headers }) => {
    const token = bearerToken(headers)
    if (token === undefined) throw new XrpcError('AuthMissing', 'Authentication Required')
    return verifyServiceJwt(token, { ...options, lxm: nsid })
  }
}

/** The token of an `authorization: Bearer …` header. */
export function bearerToken(headers: Pick<RequestHeaders, 'get'>): string | undefined {
  return /^bearer +([\w.~+/-]+=*) *$/i.exec(headers.get('authorization') ?? '')?.[1]
}

function readClaims(jwt: Jwt): ServiceJwtClaims {
  const { iss, aud, exp, lxm, jti } = jwt.claims
  const issuer = typeof iss === 'string' ? /^(did:[a-z]+:[\w.:%-]{1,2000})(?:#([\w.-]{1,100}))?$/.exec(iss) : null
  if (!issuer) throw new XrpcError('BadJwt', 'the issuer of the token is not a DID')
  if (typeof aud !== 'string') throw new XrpcError('BadJwt', 'the token has no audience')
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw new XrpcError('BadJwt', 'the token has no expiration')
  if (lxm !== undefined && typeof lxm !== 'string') throw new XrpcError('BadJwt', 'the method of the token is not text')
  return {
    iss: issuer[0],
    did: issuer[1] as Did, // by the pattern
    service: issuer[2],
    aud,
    lxm,
    exp,
    jti: typeof jti === 'string' ? jti : undefined,
  }
}

function checkClaims(jwt: Jwt, claims: ServiceJwtClaims, options: VerifyServiceJwtOptions): void {
  const seconds = (options.now ?? Date.now)() / 1000
  const { type, algorithm } = jwt
  const notBefore = jwt.claims['nbf']
  if (type !== undefined && foreignTypes.has(type)) {
    throw new XrpcError('BadJwtType', `a token of type "${type}" is not service auth`)
  }
  if (algorithm !== 'ES256' && algorithm !== 'ES256K') {
    throw new XrpcError('BadJwt', 'the token is signed in no known way')
  }
  if (seconds >= claims.exp) throw new XrpcError('JwtExpired', 'the token has expired')
  if (typeof notBefore === 'number' && seconds < notBefore) {
    throw new XrpcError('BadJwt', 'the token is not valid yet')
  }
  // A server may be a few seconds behind those that make tokens for it.
  const maxLifetimeSeconds = options.maxLifetimeSeconds ?? maxSeconds
  if (claims.exp - seconds > maxLifetimeSeconds + clockToleranceSeconds) {
    throw new XrpcError('BadJwt', `the token may live for ${maxLifetimeSeconds} seconds at most`)
  }
  if (options.issuer !== undefined && claims.iss !== options.issuer) {
    throw new XrpcError('BadJwtIss', `the token is not issued by ${options.issuer}`)
  }
  if (![options.audience].flat().some((audience) => isFor(audience, claims.aud))) {
    throw new XrpcError('BadJwtAudience', 'the token is for another service')
  }
  if (options.lxm === undefined || claims.lxm === options.lxm) return
  const had = claims.lxm === undefined ? 'for no method' : `for ${claims.lxm}`
  throw new XrpcError('BadJwtLexiconMethod', `the token is ${had}, it must be for ${options.lxm}`)
}

function isFor(audience: string, aud: string): boolean {
  return aud === audience || (!audience.includes('#') && aud.startsWith(`${audience}#`))
}

/**
 * Only a token that is good in every other respect is remembered, so that nobody can use up the
 * token of another.
 */
async function checkFirstUse({ did, jti, exp }: ServiceJwtClaims, seen: SeenTokens): Promise<void> {
  if (jti === undefined || jti === '') {
    throw new XrpcError('BadJwt', 'the token has no identifier (jti), which is required here')
  }
  if (jti.length > maxJtiLength) {
    throw new XrpcError('BadJwt', `the identifier of the token (jti) is longer than ${maxJtiLength}`)
  }
  if (await seen.add(`${did} ${jti}`, exp)) return
  throw new XrpcError('BadJwt', 'the token has been used already: make another one for each request')
}

/**
 * A key may have been rotated since it was cached, so one that does not verify is looked up once
 * more.
 */
async function checkSignature(jwt: Jwt, { did, service }: ServiceJwtClaims, signingKeyOf: SigningKeyOf) {
  const known = await signingKeyOf(did, { refresh: false, service })
  if (known !== undefined && isSignedBy(jwt, known)) return
  const fresh = await signingKeyOf(did, { refresh: true, service })
  if (fresh === undefined) throw new XrpcError('BadJwtSignature', `no signing key is known of ${did}`)
  if (fresh === known || !isSignedBy(jwt, fresh)) {
    throw new XrpcError('BadJwtSignature', 'the signature of the token is not its issuer’s')
  }
}

/** A document may name a key that is no point of its curve: it signed nothing. */
function isSignedBy(jwt: Jwt, key: DidKey): boolean {
  try {
    return verifyJwtSignature(jwt, ecdsaVerifier(key))
  } catch (error) {
    if (error instanceof InvalidKeyError) return false
    throw error
  }
}
