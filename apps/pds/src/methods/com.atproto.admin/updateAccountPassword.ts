import type { updateAccountPassword as method } from '@atoll/lexicons/com.atproto.admin'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import type { AdminCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'changes'>
}

export function updateAccountPassword({ administration }: Deps): Handler<typeof method, AdminCaller> {
  return ({ input, ip, signal }) =>
    administration.changes.setPassword(input.did, input.password, { client: clientNetwork(ip), signal })
}
