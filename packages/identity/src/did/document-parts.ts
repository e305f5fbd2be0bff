// What the AT Protocol reads in a DID document: https://atproto.com/specs/did#did-documents
import { type Curve, type DidKey, didKeyOfMultibaseKey, didKeyOfMultikey } from '@atoll/crypto'
import { type Handle, isHandle, normalizeHandle } from '@atoll/syntax'
import type { DidDocument, VerificationMethod } from './document.ts'

const legacyCurves: Record<string, Curve> = {
  EcdsaSecp256r1VerificationKey2019: 'p256',
  EcdsaSecp256k1VerificationKey2019: 'k256',
}

/**
 * The first well-formed key under this fragment: `#atproto` signs the repository, `#atproto_label`
 * signs labels. It is text of the right kind and length. Whether it is a point of its curve is
 * computed by what verifies with it, which then throws an `InvalidKeyError`.
 */
export function signingKeyOf(document: DidDocument, fragment = '#atproto'): DidKey | undefined {
  for (const method of document.verificationMethod ?? []) {
    if (!isUnder(document, method.id, fragment) || method.controller !== document.id) continue
    const key = keyOf(method)
    if (key) return key
  }
  return undefined
}

/**
 * The first handle that the document claims, in lower case. It is a claim: `resolveIdentity` checks
 * it.
 */
export function handleOf(document: DidDocument): Handle | undefined {
  for (const name of document.alsoKnownAs ?? []) {
    const handle = name.startsWith('at://') ? name.slice('at://'.length) : undefined
    if (isHandle(handle)) return normalizeHandle(handle)
  }
  return undefined
}

/** The origin of the account's personal data server. */
export function pdsOf(document: DidDocument): string | undefined {
  const endpoint = serviceEndpoint(document, '#atproto_pds', 'AtprotoPersonalDataServer')
  return endpoint !== undefined && new URL(endpoint).pathname === '/' ? endpoint : undefined
}

/**
 * The URL of the first service under this fragment (and of this type), without a slash at its end.
 */
export function serviceEndpoint(document: DidDocument, fragment: string, type?: string): string | undefined {
  const service = document.service?.find(
    ({ id, type: types }) => isUnder(document, id, fragment) && (type === undefined || [types].flat().includes(type)),
  )
  return typeof service?.serviceEndpoint === 'string' ? parseEndpoint(service.serviceEndpoint) : undefined
}

/** An id may be the bare fragment, or the document's DID with the fragment. */
function isUnder(document: DidDocument, id: string, fragment: string): boolean {
  return id === fragment || id === `${document.id}${fragment}`
}

function keyOf({ type, publicKeyMultibase: text }: VerificationMethod): DidKey | undefined {
  if (text === undefined) return undefined
  const curve = Object.hasOwn(legacyCurves, type) ? legacyCurves[type] : undefined
  try {
    if (type === 'Multikey') return didKeyOfMultikey(text)
    return curve && didKeyOfMultibaseKey(curve, text)
  } catch {
    return undefined // not well-formed: the first that is counts
  }
}

function parseEndpoint(text: string): string | undefined {
  const url =
    text.length <= 2048 && /^https?:\/\/[^\s\\?#@]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  return url?.href.replace(/\/$/, '')
}
