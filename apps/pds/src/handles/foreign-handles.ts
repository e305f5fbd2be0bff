import type { Did, Handle } from '@atoll/syntax'
import { type ForeignIdentity, orUnknown } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'

/** Refuses a handle of another domain unless it leads to the account, looked up anew. */
export async function requireHandleOf(
  identity: Pick<ForeignIdentity, 'resolveHandle'>,
  handle: Handle,
  did: Did,
): Promise<void> {
  const found = await orUnknown(identity.resolveHandle(handle, { refresh: true }))
  if (found !== did) throw new Refused('InvalidRequest', 'External handle did not resolve to DID')
}
