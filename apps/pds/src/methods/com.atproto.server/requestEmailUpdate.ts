import type { requestEmailUpdate as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { EmailChanges } from '../../accounts/email-changes.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  emails: Pick<EmailChanges, 'requestUpdate'>
}

export function requestEmailUpdate({ emails }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => ({ tokenRequired: await emails.requestUpdate(credentials.did) })
}
