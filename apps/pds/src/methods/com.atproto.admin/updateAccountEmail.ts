import type { updateAccountEmail as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import type { AdminCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'changes'>
}

export function updateAccountEmail({ administration }: Deps): Handler<typeof method, AdminCaller> {
  return ({ input }) => administration.changes.setEmail(input.account, input.email)
}
