import type { addReservedHandle as method } from '@atoll/lexicons/com.atproto.temp'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import type { Handles } from '../../handles/handles.ts'

export function addReservedHandle({
  handles,
}: {
  handles: Pick<Handles, 'reserved'>
}): Handler<typeof method, AdminCaller> {
  return async ({ input }) => {
    await handles.reserved.add(input.handle)
    return {}
  }
}
