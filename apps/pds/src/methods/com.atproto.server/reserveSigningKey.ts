import type { reserveSigningKey as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { DidChanges } from '../../did-changes/did-changes.ts'

export function reserveSigningKey({
  didChanges,
}: {
  didChanges: Pick<DidChanges, 'reservedKeys'>
}): Handler<typeof method> {
  return async ({ input }) => ({ signingKey: await didChanges.reservedKeys.reserve(input.did) })
}
