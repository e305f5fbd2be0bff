import { type Commit, verifyCommit } from '@atoll/repo'
import { drop, type Refused, reject, type Verifying } from './verdict.ts'

const signatureLength = 64
const startOfS = 32

/** Whether the account's current key signed the commit. If the cached key did not, or there is none, it is refreshed once. */
export async function checkSignature(
  commit: Commit,
  { signingKeyOf }: Verifying,
  occasion: object,
): Promise<Refused | undefined> {
  const { did, sig } = commit
  if (sig.length !== signatureLength) return reject('signature-form', `the signature has ${sig.length} bytes`)
  // Half of either curve's order begins with 0x7fffffff. The few values between that and this are left to verifyCommit.
  if (sig[startOfS]! >= 0x80) return reject('signature-form', 'the signature has a high S')
  const cached = await signingKeyOf(did, { refresh: false, occasion })
  if (cached !== undefined && verifyCommit(commit, cached)) return undefined
  const current = await signingKeyOf(did, { refresh: true, occasion })
  if (current === undefined) return drop('identity', 'the account has no signing key')
  if (current !== cached && verifyCommit(commit, current)) return undefined
  return reject('signature', "the signature is not that of the account's key")
}
