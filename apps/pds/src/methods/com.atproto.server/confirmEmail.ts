import type { confirmEmail as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { EmailChanges } from '../../accounts/email-changes.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  emails: Pick<EmailChanges, 'confirm'>
}

export function confirmEmail({ emails }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials, input }) => emails.confirm(credentials.did, input.email, input.token)
}
