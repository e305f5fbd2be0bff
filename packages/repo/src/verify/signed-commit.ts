import type { DidKey, PublicKey } from '@atoll/crypto'
import type { Cid, GetBlock } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { type Commit, decodeCommit, verifyCommit } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'

/** Who must have signed a commit. */
interface Account {
  readonly did: Did
  readonly key: PublicKey | DidKey
}

/**
 * The commit at the first root of a CAR file. What further roots mean is undefined: they are
 * ignored.
 * @throws VerificationError, InvalidCommitError
 */
export function requireRootCommit(roots: readonly Cid[], get: GetBlock, account: Account): Commit {
  const [root] = roots
  if (root === undefined) throw new VerificationError('roots', 'no root')
  const bytes = get(root)
  if (bytes === undefined) throw new VerificationError('missing-commit', `the commit ${root} is missing`)
  return requireSignedCommit(bytes, account)
}

/**
 * Decodes a commit that must be of `account` and signed by it.
 * @throws VerificationError, InvalidCommitError
 */
export function requireSignedCommit(bytes: Uint8Array, { did, key }: Account): Commit {
  const commit = decodeCommit(bytes)
  if (commit.did !== did) throw new VerificationError('did', `the commit is of ${commit.did}, not of ${did}`)
  if (!verifyCommit(commit, key)) throw new VerificationError('signature', 'the signature of the commit is not valid')
  return commit
}
