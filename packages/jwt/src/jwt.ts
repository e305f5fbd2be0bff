/** JSON Web Tokens in the compact form: https://www.rfc-editor.org/rfc/rfc7519 and https://www.rfc-editor.org/rfc/rfc7515 */
import { decodeBase64Url, encodeBase64Url } from './base64url.ts'
import type { JwtAlgorithm, JwtSigner, JwtVerifier } from './keys.ts'

/** A token that is well-formed. Nothing in it can be trusted before its signature has been verified. */
export interface Jwt {
  /**
   * The media type that `typ` names: in lower case and without `application/`, which RFC 7515
   * leaves out.
   */
  readonly type: string | undefined
  /** `undefined` for an algorithm that this package does not have, `none` included. */
  readonly algorithm: JwtAlgorithm | undefined
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The bytes that the signature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

export interface ParseJwtOptions {
  /** In characters. Default: 8,192. */
  readonly maxLength?: number
}

/** The header of a token to be signed; `alg` comes from the key. */
export interface JwtHeader {
  readonly typ: string
  readonly [name: string]: unknown
}

const algorithms: readonly JwtAlgorithm[] = ['HS256', 'ES256', 'ES256K']
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) }

/**
 * Takes a token apart. Returns `undefined` for one that is too long, or anything but two JSON objects
 * and a signature in strict base64url, or that needs an extension to be understood (`crit`): there
 * are none here.
 */
export function parseJwt(token: string, { maxLength = 8192 }: ParseJwtOptions = {}): Jwt | undefined {
  if (token.length > maxLength) return undefined
  const headerEnd = token.indexOf('.')
  const claimsEnd = token.indexOf('.', headerEnd + 1)
  if (headerEnd === -1 || claimsEnd === -1) return undefined
  const header = parseObject(token.slice(0, headerEnd))
  const claims = parseObject(token.slice(headerEnd + 1, claimsEnd))
  // A third dot is no digit of base64url.
  const signature = decodeBase64Url(token.slice(claimsEnd + 1))
  if (!header || !claims || !signature || signature.length === 0) return undefined
  const { typ, alg, crit } = header
  if (crit !== undefined || (typ !== undefined && typeof typ !== 'string')) return undefined
  return {
    type: typ?.toLowerCase().replace(/^application\//, ''),
    algorithm: algorithms.find((known) => known === alg),
    header,
    claims,
    signed: utf8.encoder.encode(token.slice(0, claimsEnd)),
    signature,
  }
}

/** Whether the token is signed by the key, with the key's own algorithm. */
export function verifyJwtSignature(jwt: Jwt, key: JwtVerifier): boolean {
  return jwt.algorithm === key.algorithm && key.verify(jwt.signed, jwt.signature)
}

/** Makes a token. Its text depends on nothing but the arguments, and the order of their fields. */
export function signJwt(header: JwtHeader, claims: object, key: JwtSigner): string {
  const signed = `${formatObject({ ...header, alg: key.algorithm })}.${formatObject(claims)}`
  return `${signed}.${encodeBase64Url(key.sign(utf8.encoder.encode(signed)))}`
}

function formatObject(value: object): string {
  return encodeBase64Url(utf8.encoder.encode(JSON.stringify(value)))
}

function parseObject(segment: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(segment)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(utf8.decoder.decode(bytes))
    // Any object that is not a list has string keys.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
