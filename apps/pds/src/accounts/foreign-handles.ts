import type { IdentityResolver } from '@atoll/identity'
import type { Did, Handle } from '@atoll/syntax'
import { Refused } from '../refused.ts'

/** Refuses a handle of another domain unless it leads to the account, looked up anew. */
export async function requireHandleOf(
  identity: Pick<IdentityResolver, 'resolveHandle'>,
  handle: Handle,
  did: Did,
): Promise<void> {
  const found = await identity.resolveHandle(handle, { refresh: true }).catch(() => undefined)
  if (found !== did) throw new Refused('InvalidRequest', 'External handle did not resolve to DID')
}
