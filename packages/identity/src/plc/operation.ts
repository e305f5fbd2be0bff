import type { DidKey } from '@atoll/crypto'
import type { CidString, Did } from '@atoll/syntax'
import { InvalidOperationError } from './errors.ts'

export interface PlcService {
  type: string
  endpoint: string
}

/** What an operation says about an identity: everything but its place in the log. */
export interface PlcContent {
  rotationKeys: string[]
  verificationMethods: Record<string, string>
  alsoKnownAs: string[]
  services: Record<string, PlcService>
}

/** The state of an identity, as `GET /:did/data` returns it. */
export interface PlcData extends PlcContent {
  did: Did
}

export interface UnsignedPlcOperation extends PlcContent {
  type: 'plc_operation'
  prev: CidString | null
}

export interface UnsignedPlcTombstone {
  type: 'plc_tombstone'
  prev: CidString
}

/**
 * The first form of a genesis operation. It is no longer accepted by directories, but old logs
 * begin with it.
 */
export interface UnsignedLegacyCreate {
  type: 'create'
  signingKey: string
  recoveryKey: string
  handle: string
  service: string
  prev: null
}

export type Signed<O> = O & { sig: string }
export type PlcOperation = Signed<UnsignedPlcOperation>
export type PlcTombstone = Signed<UnsignedPlcTombstone>
export type LegacyCreate = Signed<UnsignedLegacyCreate>

/** An operation that leaves the identity alive. */
export type LivingOperation = PlcOperation | LegacyCreate
export type AnyOperation = PlcOperation | PlcTombstone | LegacyCreate
export type UnsignedOperation = UnsignedPlcOperation | UnsignedPlcTombstone | UnsignedLegacyCreate

/** One line of an audit log. */
export interface PlcLogEntry {
  did: Did
  operation: AnyOperation
  cid: CidString
  nullified: boolean
  createdAt: string
}

/** What an operation says, with the legacy form put into today's words. */
export function contentOf(operation: LivingOperation): PlcContent {
  if (operation.type === 'plc_operation') {
    const { rotationKeys, verificationMethods, alsoKnownAs, services } = operation
    return { rotationKeys, verificationMethods, alsoKnownAs, services }
  }
  return {
    rotationKeys: [operation.recoveryKey, operation.signingKey],
    verificationMethods: { atproto: operation.signingKey },
    alsoKnownAs: [handleUri(operation.handle)],
    services: { atproto_pds: pdsService(operation.service) },
  }
}

/** The state that `operation` puts `did` into; `undefined` for a tombstone. */
export function dataOf(did: Did, operation: AnyOperation): PlcData | undefined {
  return operation.type === 'plc_tombstone' ? undefined : { did, ...contentOf(operation) }
}

export function handleUri(handle: string): string {
  if (handle.startsWith('at://')) return handle
  return `at://${handle.replace(/^https?:\/\//, '')}`
}

export function pdsService(url: string): PlcService {
  const endpoint = /^https?:\/\//.test(url) ? url : `https://${url}`
  return { type: 'AtprotoPersonalDataServer', endpoint }
}

/**
 * The `did:key` form that an operation may name as a verification method: any key type, but well
 * formed.
 */
export function isAnyDidKey(text: string): text is DidKey {
  return /^did:key:z[1-9A-HJ-NP-Za-km-z]+$/.test(text)
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText)
const isService: Check = (value) => hasExactly(value, { type: isText, endpoint: isText })

const shapes: Record<string, Record<string, Check>> = {
  plc_operation: {
    type: isText,
    rotationKeys: isTextList,
    verificationMethods: (value) => isMapOf(value, isText),
    alsoKnownAs: isTextList,
    services: (value) => isMapOf(value, isService),
    prev: (value) => value === null || isText(value),
    sig: isText,
  },
  plc_tombstone: { type: isText, prev: isText, sig: isText },
  create: {
    type: isText,
    signingKey: isText,
    recoveryKey: isText,
    handle: isText,
    service: isText,
    prev: (value) => value === null,
    sig: isText,
  },
}

/**
 * Reads an operation from JSON. The shape is exact: an unknown field would change the hash, so it
 * is refused.
 */
export function parseOperation(json: unknown): AnyOperation {
  if (!isPlainObject(json)) throw new InvalidOperationError('not an object')
  const type = json['type']
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined
  if (!shape) throw new InvalidOperationError('unknown type')
  for (const [field, check] of Object.entries(shape)) {
    if (!Object.hasOwn(json, field)) throw new InvalidOperationError(`missing ${field}`)
    if (!check(json[field])) throw new InvalidOperationError(`invalid ${field}`)
  }
  const unknownField = Object.keys(json).find((field) => !Object.hasOwn(shape, field))
  if (unknownField !== undefined) throw new InvalidOperationError('unknown field')
  // Every field of this type is there and of the right kind, and there is no other.
  return json as unknown as AnyOperation
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isMapOf(value: unknown, check: Check): boolean {
  return isPlainObject(value) && !Object.hasOwn(value, '__proto__') && Object.values(value).every(check)
}

function hasExactly(value: unknown, shape: Record<string, Check>): boolean {
  if (!isPlainObject(value)) return false
  const fields = Object.keys(value)
  return (
    fields.length === Object.keys(shape).length &&
    Object.entries(shape).every(([field, check]) => Object.hasOwn(value, field) && check(value[field]))
  )
}
