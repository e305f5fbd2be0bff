import { type DidKey, InvalidKeyError } from '@atoll/crypto'
import type { Occasion } from '@atoll/identity'
import { type Commit, verifyCommit } from '@atoll/repo'
import type { VerifyOptions } from './options.ts'
import { type Discarded, drop, reject } from './verdict.ts'

const signatureLength = 64
const startOfS = 32

/**
 * Discards a commit that the account's current key did not sign. If the cached key does not verify
 * it, or there is none, the key is looked up once more, bypassing the cache.
 */
export async function checkSignature(
  commit: Commit,
  { signingKeyOf }: VerifyOptions,
  occasion: Occasion,
): Promise<Discarded | undefined> {
  const { did, sig } = commit
  if (sig.length !== signatureLength) return reject('signature-form', `the signature has ${sig.length} bytes`)
  // Half of either curve's order begins with 0x7fffffff. The few values between that and this are
  // left to verifyCommit.
  if (sig[startOfS]! >= 0x80) return reject('signature-form', 'the signature has a high S')
  const cached = await signingKeyOf(did, { refresh: false, occasion })
  if (cached !== undefined && isSignedBy(commit, cached)) return undefined
  const current = await signingKeyOf(did, { refresh: true, occasion })
  if (current === undefined) return drop('identity', 'the account has no signing key')
  if (current !== cached && isSignedBy(commit, current)) return undefined
  return reject('signature', "the signature is not that of the account's key")
}

/** A document may name a key that is no point of its curve: it signed nothing. */
function isSignedBy(commit: Commit, key: DidKey): boolean {
  try {
    return verifyCommit(commit, key)
  } catch (error) {
    if (error instanceof InvalidKeyError) return false
    throw error
  }
}
