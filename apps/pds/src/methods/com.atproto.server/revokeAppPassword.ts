import type { revokeAppPassword as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { AppPasswords } from '../../sessions/app-passwords.ts'

interface Deps {
  appPasswords: Pick<AppPasswords, 'revoke'>
}

export function revokeAppPassword({ appPasswords }: Deps): Handler<typeof method, AccountCaller> {
  return ({ input, credentials }) => appPasswords.revoke(credentials.did, input.name)
}
