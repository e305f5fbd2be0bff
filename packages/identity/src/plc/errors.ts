import { BrandedError } from '@atoll/brand'
import type { DidKey } from '@atoll/crypto'
import type { CidString, Did } from '@atoll/syntax'

/** Why a directory or a validator does not take an operation. */
export type PlcFault =
  | 'shape'
  | 'limit'
  | 'content'
  | 'signature'
  | 'genesis-hash'
  | 'misordered'
  | 'late-recovery'
  | 'cid'
  | 'nullified'
  | 'time'
  | 'did'

/** Anything that the rules of did:plc refuse. */
export class PlcError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.PlcError'
  override name = 'PlcError'
  readonly fault: PlcFault

  constructor(fault: PlcFault, message: string) {
    super(message)
    this.fault = fault
  }
}

export class InvalidOperationError extends PlcError {
  static override readonly brand: string = 'atoll.identity.InvalidOperationError'
  override name = 'InvalidOperationError'
  readonly reason: string

  constructor(reason: string) {
    super('shape', `Not a valid operation: ${reason}`)
    this.reason = reason
  }
}

export class OperationLimitError extends PlcError {
  static override readonly brand: string = 'atoll.identity.OperationLimitError'
  override name = 'OperationLimitError'
  constructor(message: string) {
    super('limit', message)
  }
}

/** What an operation was to say is not what anybody could use. Nothing was signed. */
export class InvalidContentError extends PlcError {
  static override readonly brand: string = 'atoll.identity.InvalidContentError'
  override name = 'InvalidContentError'
  /** The field of the options. */
  readonly field: string
  readonly value: unknown

  constructor(field: string, value: unknown, reason: string) {
    super('content', `${field} ${shown(value)} ${reason}`)
    this.field = field
    this.value = value
  }
}

/** Only a rotation key of the operation before, or of a genesis itself, may sign. */
export class NotRotationKeyError extends PlcError {
  static override readonly brand: string = 'atoll.identity.NotRotationKeyError'
  override name = 'NotRotationKeyError'
  readonly signer: DidKey
  readonly rotationKeys: readonly string[]

  constructor(signer: DidKey, rotationKeys: readonly string[]) {
    const keys = rotationKeys.length > 0 ? `these may sign: ${rotationKeys.join(', ')}` : 'there are none'
    super('signature', `the signer ${signer} is not among the rotation keys: ${keys}`)
    this.signer = signer
    this.rotationKeys = rotationKeys
  }
}

export class InvalidSignatureError extends PlcError {
  static override readonly brand: string = 'atoll.identity.InvalidSignatureError'
  override name = 'InvalidSignatureError'
  constructor() {
    super('signature', 'Invalid signature on operation')
  }
}

export class GenesisHashError extends PlcError {
  static override readonly brand: string = 'atoll.identity.GenesisHashError'
  override name = 'GenesisHashError'
  readonly expected: Did

  constructor(expected: Did) {
    super('genesis-hash', `Hash of genesis operation does not match DID identifier: ${expected}`)
    this.expected = expected
  }
}

export class MisorderedOperationError extends PlcError {
  static override readonly brand: string = 'atoll.identity.MisorderedOperationError'
  override name = 'MisorderedOperationError'
  readonly prev: CidString | null

  constructor(prev: CidString | null) {
    super('misordered', 'Operations not correctly ordered')
    this.prev = prev
  }
}

export class LateRecoveryError extends PlcError {
  static override readonly brand: string = 'atoll.identity.LateRecoveryError'
  override name = 'LateRecoveryError'
  readonly elapsedMs: number

  constructor(elapsedMs: number) {
    super('late-recovery', `Recovery operation came outside of the 72 hour window, after ${elapsedMs} ms`)
    this.elapsedMs = elapsedMs
  }
}

/** A directory that refused, or could not be asked: then there is no `status`. */
export class PlcRequestError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.PlcRequestError'
  override name = 'PlcRequestError'
  readonly status: number | undefined

  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

const maxShown = 100

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}
