import type { submitPlcOperation as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'

interface Deps {
  didChanges: Pick<DidChanges, 'operations'>
}

export function submitPlcOperation({ didChanges }: Deps): Handler<typeof method, AccountCaller> {
  return ({ input, credentials }) => didChanges.operations.submit(credentials.did, input.operation)
}
