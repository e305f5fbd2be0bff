import type { Did } from '@atoll/syntax'
import { type Commit, decodeCommit } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'

/** What the commit of a repository must be, as far as that is known. */
export interface CommitDemands {
  /** Whose repository it must be. Default: that of anybody. */
  readonly did?: Did
  /**
   * Whether the commit is signed by its account: `signedBy(key)`. Without it the file is consistent
   * in itself, and whose it is remains its own claim.
   */
  readonly verify?: (commit: Commit) => Promise<boolean> | boolean
}

/** Decodes a commit that meets the demands. @throws VerificationError, InvalidCommitError */
export async function requireCommit(bytes: Uint8Array, { did, verify }: CommitDemands): Promise<Commit> {
  const commit = decodeCommit(bytes)
  if (did !== undefined && commit.did !== did) {
    throw new VerificationError('did', `the commit is of ${commit.did}, not of ${did}`)
  }
  if (verify && !(await verify(commit))) {
    throw new VerificationError('signature', `the commit is not signed by the key of ${commit.did}`)
  }
  return commit
}
