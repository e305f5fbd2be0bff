import { type DidKey, InvalidKeyError, type PublicKey } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { type Commit, verifyCommit } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'

/** The signing key of an account; `undefined` if it has none. */
export type KeyOf = (did: Did) => Promise<PublicKey | DidKey | undefined> | PublicKey | DidKey | undefined

/**
 * Tells for `readRepo` whether a commit is signed by `key`, or by the key that a function finds for
 * its account. What the function throws comes through.
 * @throws VerificationError when the account has no key, or one that is no point of its curve
 *
 * @example
 * const keyOf = async (did: Did) => (await resolver.resolveIdentity(did))?.signingKey
 * const verify = signedBy(keyOf)
 * const repo = await readRepo(bytes, { verify })
 */
export function signedBy(key: PublicKey | DidKey | KeyOf): (commit: Commit) => Promise<boolean> {
  const keyOf = typeof key === 'function' ? key : () => key
  return async (commit) => {
    const found = await keyOf(commit.did)
    if (found === undefined) throw new VerificationError('signature', `${commit.did} has no signing key`)
    return isSignedBy(commit, found)
  }
}

/** What a DID document shows as a key is text until something is verified by it. */
function isSignedBy(commit: Commit, key: PublicKey | DidKey): boolean {
  try {
    return verifyCommit(commit, key)
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error
    throw new VerificationError('signature', `${commit.did} has no usable signing key: ${error.message}`)
  }
}
