import type { Did } from '@atoll/syntax'
import { InvalidDidDocumentError } from '../errors.ts'

export interface VerificationMethod {
  id: string
  type: string
  controller: string
  publicKeyMultibase?: string
}

export interface DidService {
  id: string
  type: string | string[]
  serviceEndpoint: string | Record<string, unknown> | unknown[]
}

/** A DID document as it was published: fields that are not named here are kept. */
export interface DidDocument {
  '@context'?: unknown
  id: Did
  alsoKnownAs?: string[]
  verificationMethod?: VerificationMethod[]
  service?: DidService[]
  [field: string]: unknown
}

const maxDepth = 16
const maxListItems = 256

/**
 * Checks that foreign JSON is the document of `did`. The lists that the AT Protocol reads lose
 * entries of another shape, because the specification of DIDs allows them and nobody here can use
 * them.
 */
export function parseDidDocument(json: unknown, did: Did): DidDocument {
  const refuse = (reason: string): never => {
    throw new InvalidDidDocumentError(did, reason)
  }
  if (!isObject(json)) return refuse('not an object')
  if (json['id'] !== did) refuse('its id is another')
  if (!isShallow(json, maxDepth)) refuse(`deeper than ${maxDepth}`)
  const list = <T>(field: string, is: (item: unknown) => item is T): { [field: string]: T[] } => {
    const value = json[field]
    if (value === undefined) return {}
    if (!Array.isArray(value)) return refuse(`${field} is not a list`)
    if (value.length > maxListItems) refuse(`${field} has over ${maxListItems} entries`)
    return { [field]: value.filter(is) }
  }
  return {
    ...json,
    id: did,
    ...list('alsoKnownAs', isText),
    ...list('verificationMethod', isVerificationMethod),
    ...list('service', isService),
  }
}

function isVerificationMethod(value: unknown): value is VerificationMethod {
  return (
    isObject(value) &&
    isText(value['id']) &&
    isText(value['type']) &&
    isText(value['controller']) &&
    (value['publicKeyMultibase'] === undefined || isText(value['publicKeyMultibase']))
  )
}

function isService(value: unknown): value is DidService {
  return (
    isObject(value) &&
    isText(value['id']) &&
    (isText(value['type']) || (Array.isArray(value['type']) && value['type'].every(isText))) &&
    (isText(value['serviceEndpoint']) ||
      (typeof value['serviceEndpoint'] === 'object' && value['serviceEndpoint'] !== null))
  )
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => isShallow(item, depth - 1))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
