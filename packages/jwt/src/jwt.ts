/**
 * JSON Web Tokens in the compact form: https://www.rfc-editor.org/rfc/rfc7519 and
 * https://www.rfc-editor.org/rfc/rfc7515
 */
import { decodeBase64Url, encodeBase64Url } from '@atoll/crypto'
import type { JwtAlgorithm, JwtSigner, JwtVerifier } from './keys.ts'

/**
 * A token that is well-formed. Nothing in it can be trusted before its signature has been verified.
 */
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
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses a token, without verifying its signature. Returns `undefined` if it is too long, if it is
 * anything but two JSON objects and a signature in canonical base64url, or if it requires an
 * extension (`crit`): none is implemented.
 */
export function parseJwt(token: string, { maxLength = 8192 }: ParseJwtOptions = {}): Jwt | undefined {
  if (token.length > maxLength) return undefined
  const headerEnd = token.indexOf('.')
  const claimsEnd = token.indexOf('.', headerEnd + 1)
  if (headerEnd === -1 || claimsEnd === -1) return undefined
  const header = parseObject(token.slice(0, headerEnd))
  const claims = parseObject(token.slice(headerEnd + 1, claimsEnd))
  // A third dot would not be a character of base64url.
  const signature = decodeBase64Url(token.slice(claimsEnd + 1))
  if (!header || !claims || !signature || signature.length === 0) return undefined
  const { typ, alg, crit } = header
  if (crit !== undefined || (typ !== undefined && typeof typ !== 'string')) return undefined
  return {
    type: typ?.toLowerCase().replace(/^application\//, ''),
    algorithm: algorithms.find((known) => known === alg),
    header,
    claims,
    signed: encodeUtf8(token.slice(0, claimsEnd)),
    signature,
  }
}

/** Whether the token is signed by the key, with the key's own algorithm. */
export function verifyJwtSignature(jwt: Jwt, key: JwtVerifier): boolean {
  return jwt.algorithm === key.algorithm && key.verify(jwt.signed, jwt.signature)
}

/**
 * Signs a token. The same arguments, with their fields in the same order, give the same signed
 * text.
 */
export function signJwt(header: JwtHeader, claims: object, key: JwtSigner): string {
  const signed = `${formatObject({ ...header, alg: key.algorithm })}.${formatObject(claims)}`
  return `${signed}.${encodeBase64Url(key.sign(encodeUtf8(signed)))}`
}

function formatObject(value: object): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify(value)))
}

/** Node's `Buffer` encodes a short text several times faster than a `TextEncoder`. */
function encodeUtf8(text: string): Uint8Array {
  return globalThis.Buffer?.from(text) ?? encoder.encode(text)
}

function parseObject(segment: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(segment)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    // Any object that is not an array has string keys.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
