import type { DidKey, PublicKey } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { type Commit, verifyCommit } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'

/** The signing key of an account; `undefined` if it has none. */
export type KeyOf = (did: Did) => Promise<PublicKey | DidKey | undefined> | PublicKey | DidKey | undefined

/**
 * Tells for `readRepo` whether a commit is signed by `key`, or by the key that a function finds for
 * its account. What the function throws comes through.
 * @throws VerificationError when the account has no key
 *
 * @example
 * const verify = signedBy(async (did) => signingKeyOf(await resolver.resolveDid(did)))
 * const repo = await readRepo(bytes, { verify })
 */
export function signedBy(key: PublicKey | DidKey | KeyOf): (commit: Commit) => Promise<boolean> {
  const keyOf = typeof key === 'function' ? key : () => key
  return async (commit) => {
    const found = await keyOf(commit.did)
    if (found === undefined) throw new VerificationError('signature', `${commit.did} has no signing key`)
    return verifyCommit(commit, found)
  }
}
