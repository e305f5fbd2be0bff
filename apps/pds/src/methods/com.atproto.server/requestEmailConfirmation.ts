import type { requestEmailConfirmation as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { EmailChanges } from '../../accounts/email-changes.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  emails: Pick<EmailChanges, 'requestConfirmation'>
}

export function requestEmailConfirmation({ emails }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials }) => emails.requestConfirmation(credentials.did)
}
