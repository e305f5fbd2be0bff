import { type DidKey, type KeyPair, type PublicKey, verifySignature } from '@atoll/crypto'
import {
  type Block,
  blockOf,
  CborError,
  type Cid,
  decodeCbor,
  isCid,
  isValueMap,
  type ValueMap,
} from '@atoll/data-model'
import { type Did, isDid, isTid, type Tid } from '@atoll/syntax'
import { InvalidCommitError } from '../errors.ts'
import { maxCommitBlockBytes } from '../limits.ts'
import { encodeUnsignedCommit } from './unsigned-commit.ts'

/** The signed top of a repository. @see https://atproto.com/specs/repository#commit-objects */
export interface Commit {
  readonly did: Did
  readonly version: 3
  /** The root of the tree. */
  readonly data: Cid
  readonly rev: Tid
  /** Left over from version 2: null in practice. */
  readonly prev: Cid | null
  readonly sig: Uint8Array
}

/** The current state of a repository. */
export interface Head {
  /** The CID of the commit block. */
  readonly cid: Cid
  readonly rev: Tid
  /** The root of the tree. */
  readonly data: Cid
}

/** Something that can sign: a `KeyPair`, or a client of a service that holds the key. */
export type Signer = Pick<KeyPair, 'sign'>

const fieldCount = 6

/** Signs a commit. Its `prev` is null. */
export function signCommit(
  commit: Pick<Commit, 'did' | 'data' | 'rev'>,
  signer: Signer,
): { commit: Commit; block: Block } {
  const { did, data, rev } = commit
  const unsigned = { did, version: 3 as const, data, rev, prev: null }
  const signed = { ...unsigned, sig: signer.sign(encodeUnsignedCommit(unsigned)) }
  return { commit: signed, block: blockOf(signed) }
}

/**
 * Reads a commit block: exactly the fields of version 3. The signature is not verified.
 * @throws InvalidCommitError
 */
export function decodeCommit(bytes: Uint8Array): Commit {
  if (bytes.length > maxCommitBlockBytes) throw new InvalidCommitError(`${bytes.length} bytes`)
  const { did, version, data, rev, prev, sig, ...others } = fieldsOf(bytes)
  if (version !== 3) throw new InvalidCommitError('not version 3')
  if (!isDid(did)) throw new InvalidCommitError('did is not a DID')
  if (!isTid(rev)) throw new InvalidCommitError('rev is not a TID')
  if (!isTreeLink(data)) throw new InvalidCommitError('data is not a link to a tree')
  if (prev !== null && !isCid(prev)) throw new InvalidCommitError('prev is neither null nor a link')
  if (!(sig instanceof Uint8Array)) throw new InvalidCommitError('sig is not bytes')
  const [other] = Object.keys(others)
  if (other !== undefined) throw new InvalidCommitError(`unknown field ${other.slice(0, 100)}`)
  return { did, version, data, rev, prev, sig }
}

function fieldsOf(bytes: Uint8Array): ValueMap {
  try {
    const value = decodeCbor(bytes, { maxDepth: 2, maxItems: 4 * fieldCount })
    if (isValueMap(value)) return value
  } catch (error) {
    if (error instanceof CborError) throw new InvalidCommitError(error.message)
    throw error
  }
  throw new InvalidCommitError('not a map')
}

function isTreeLink(value: unknown): value is Cid {
  return isCid(value) && value.codec === 'dag-cbor'
}

/** Whether the commit was signed by `key`. A malleable signature is `false`. */
export function verifyCommit(commit: Commit | Uint8Array, key: PublicKey | DidKey): boolean {
  const { sig, ...unsigned } = commit instanceof Uint8Array ? decodeCommit(commit) : commit
  return verifySignature(key, encodeUnsignedCommit(unsigned), sig)
}
