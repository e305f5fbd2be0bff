import { isDidKey } from '@atoll/crypto'
import { OperationLimitError } from './errors.ts'
import { isAnyDidKey, type PlcContent, type UnsignedOperation } from './operation.ts'
import { encodeOperation } from './signature.ts'

/** What the public directory takes today. Older logs may hold more. */
export const submissionLimits = {
  operationBytes: 4000,
  alsoKnownAs: 10,
  alsoKnownAsLength: 258,
  rotationKeys: 10,
  services: 10,
  serviceTypeLength: 256,
  serviceEndpointLength: 512,
  verificationMethods: 10,
  idLength: 32,
  keyLength: 256,
} as const

/** What the specification allows an operation in a log to be. */
export const maxLoggedBytes = 7500

/**
 * Different rotation keys of an operation in a log. The specification allows 5 and the directory
 * took 10; each may cost a check.
 */
export const maxLoggedKeys = 20

/**
 * Throws `OperationLimitError` for what the public directory would refuse to take, whoever signed
 * it.
 */
export function requireAcceptable(operation: UnsignedOperation): void {
  const limits = submissionLimits
  atMost(encodeOperation(operation).length, limits.operationBytes, 'bytes')
  if (operation.type === 'create') throw new OperationLimitError('The legacy create form is no longer accepted')
  if (operation.type === 'plc_operation') requireAcceptableContent(operation)
}

function requireAcceptableContent(content: PlcContent): void {
  const limits = submissionLimits
  atMost(content.alsoKnownAs.length, limits.alsoKnownAs, 'alsoKnownAs entries')
  for (const name of content.alsoKnownAs) atMost(name.length, limits.alsoKnownAsLength, 'characters in alsoKnownAs')
  if (new Set(content.alsoKnownAs).size < content.alsoKnownAs.length) refuse('Duplicate alsoKnownAs entry')

  atMost(content.rotationKeys.length, limits.rotationKeys, 'rotationKeys')
  for (const key of content.rotationKeys) if (!isDidKey(key)) refuse('Invalid rotationKey')

  const services = Object.entries(content.services)
  atMost(services.length, limits.services, 'services')
  for (const [id, service] of services) {
    atMost(id.length, limits.idLength, 'characters in a service id')
    atMost(service.type.length, limits.serviceTypeLength, 'characters in a service type')
    atMost(service.endpoint.length, limits.serviceEndpointLength, 'characters in a service endpoint')
  }

  const methods = Object.entries(content.verificationMethods)
  atMost(methods.length, limits.verificationMethods, 'verificationMethods')
  for (const [id, key] of methods) {
    atMost(id.length, limits.idLength, 'characters in a verification method id')
    atMost(key.length, limits.keyLength, 'characters in a verification method key')
    if (!isAnyDidKey(key)) refuse('Invalid verificationMethod key')
  }
}

function atMost(actual: number, limit: number, what: string): void {
  if (actual > limit) refuse(`Too many ${what}: ${actual}, at most ${limit}`)
}

function refuse(message: string): never {
  throw new OperationLimitError(message)
}
