import type { Did, Handle } from '@atoll/syntax'
import { type ForeignIdentity, orUnknown } from '../identity/look-ups.ts'
import { Refused } from '../refused.ts'

/**
 * Refuses a handle of another domain unless it resolves to the account, whatever the cache says.
 */
export async function requireHandleOf(
  identity: Pick<ForeignIdentity, 'resolveHandle'>,
  handle: Handle,
  did: Did,
): Promise<void> {
  const found = await orUnknown(identity.resolveHandle(handle, { refresh: true }))
  if (found !== did) throw new Refused('InvalidRequest', 'External handle did not resolve to DID')
}
