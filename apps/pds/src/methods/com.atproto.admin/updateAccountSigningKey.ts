import type { updateAccountSigningKey as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import { refuseAsSubject } from '../../accounts/subject-not-found.ts'
import type { AdminCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'

interface Deps {
  didChanges: Pick<DidChanges, 'signingKeys'>
}

export function updateAccountSigningKey({ didChanges }: Deps): Handler<typeof method, AdminCaller> {
  return ({ input }) => didChanges.signingKeys.change(input.did, input.signingKey).catch(refuseAsSubject)
}
