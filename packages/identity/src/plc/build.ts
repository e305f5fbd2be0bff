import type { KeyPair } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { requireUsable } from './content.ts'
import { InvalidContentError, NotRotationKeyError } from './errors.ts'
import { requireAcceptable } from './limits.ts'
import {
  contentOf,
  handleUri,
  type LivingOperation,
  type PlcContent,
  type PlcOperation,
  type PlcTombstone,
  parseOperation,
  pdsService,
  type Signed,
  type UnsignedPlcOperation,
  type UnsignedPlcTombstone,
} from './operation.ts'
import { cidOfOperation, didOfGenesis, signatureDigits, signOperation } from './signature.ts'

/** What an account of the AT Protocol says in its operations. Keys are in `did:key` form. */
export interface AtprotoContent {
  signingKey: string
  rotationKeys: string[]
  /** With or without `at://`. */
  handle: string
  /** The URL of the personal data server. */
  pds: string
}

/**
 * The first operation of a new identity, and the DID that follows from it.
 * @throws InvalidContentError, NotRotationKeyError, OperationLimitError
 */
export function createGenesis(options: AtprotoContent & { signer: KeyPair }): { did: Did; op: PlcOperation } {
  const { signer, ...content } = options
  requireEach(content)
  requireUsable(content)
  const unsigned: UnsignedPlcOperation = {
    type: 'plc_operation',
    rotationKeys: content.rotationKeys,
    verificationMethods: { atproto: content.signingKey },
    alsoKnownAs: [handleUri(content.handle)],
    services: { atproto_pds: pdsService(content.pds) },
    prev: null,
  }
  const op = signAcceptable(unsigned, content.rotationKeys, signer)
  return { did: didOfGenesis(op), op }
}

/** Fields to change. `handle`, `pds` and `signingKey` replace one entry and keep its neighbours. */
export type PlcChanges = Partial<PlcContent & AtprotoContent>

/**
 * The operation that follows `prev` with some fields changed. `signer` is one of the rotation keys
 * of `prev`.
 * @throws InvalidContentError, NotRotationKeyError, OperationLimitError
 */
export function updateOperation(prev: LivingOperation, changes: PlcChanges, signer: KeyPair): PlcOperation {
  return signAcceptable(unsignedUpdate(prev, changes), contentOf(prev).rotationKeys, signer)
}

/** What `updateOperation` signs. @throws InvalidContentError */
export function unsignedUpdate(prev: LivingOperation, changes: PlcChanges): UnsignedPlcOperation {
  requireUsable(changes)
  const before = contentOf(prev)
  const { handle, pds, signingKey } = changes
  const alsoKnownAs = changes.alsoKnownAs ?? before.alsoKnownAs
  const services = changes.services ?? before.services
  const verificationMethods = changes.verificationMethods ?? before.verificationMethods
  return {
    type: 'plc_operation',
    rotationKeys: changes.rotationKeys ?? before.rotationKeys,
    verificationMethods: signingKey ? { ...verificationMethods, atproto: signingKey } : verificationMethods,
    alsoKnownAs: handle ? withHandle(alsoKnownAs, handleUri(handle)) : alsoKnownAs,
    services: pds ? { ...services, atproto_pds: pdsService(pds) } : services,
    prev: cidOfOperation(prev),
  }
}

/** The operation that ends an identity. A stronger rotation key can undo it for 72 hours. */
export function tombstone(prev: LivingOperation, signer: KeyPair): PlcTombstone {
  return signAcceptable({ type: 'plc_tombstone', prev: cidOfOperation(prev) }, contentOf(prev).rotationKeys, signer)
}

/** Signs what a directory will take, by a key that may. Nothing else is signed. */
function signAcceptable<O extends UnsignedPlcOperation | UnsignedPlcTombstone>(
  unsigned: O,
  rotationKeys: readonly string[],
  signer: KeyPair,
): Signed<O> {
  const key = signer.didKey()
  if (!rotationKeys.includes(key)) throw new NotRotationKeyError(key, rotationKeys)
  // A signature counts, and all have one length.
  const measured = parseOperation({ ...unsigned, sig: 'A'.repeat(signatureDigits) })
  requireAcceptable(measured)
  return signOperation(unsigned, signer)
}

/** Callers without types may leave something out. */
function requireEach(content: AtprotoContent): void {
  for (const field of ['handle', 'pds', 'signingKey', 'rotationKeys'] as const) {
    if (content[field] === undefined) throw new InvalidContentError(field, undefined, 'is missing')
  }
}

/** The first `at://` name gives way; other names and their order stay. */
function withHandle(alsoKnownAs: string[], uri: string): string[] {
  const at = alsoKnownAs.findIndex((name) => name.startsWith('at://'))
  const others = alsoKnownAs.filter((name, index) => index === at || name !== uri)
  return at < 0 ? [uri, ...others] : others.map((name) => (name === alsoKnownAs[at] ? uri : name))
}
