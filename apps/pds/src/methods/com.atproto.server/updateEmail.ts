import type { updateEmail as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { EmailChanges } from '../../accounts/email-changes.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  emails: Pick<EmailChanges, 'update'>
}

export function updateEmail({ emails }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials, input: { email, token, emailAuthFactor } }) =>
    emails.update(credentials.did, { email, code: token, emailAuthFactor })
}
