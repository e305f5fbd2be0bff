import type { listAppPasswords as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { AppPasswords } from '../../sessions/app-passwords.ts'

interface Deps {
  appPasswords: Pick<AppPasswords, 'list'>
}

export function listAppPasswords({ appPasswords }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const all = await appPasswords.list(credentials.did)
    return { passwords: all.map(({ name, createdAt, privileged }) => ({ name, createdAt, privileged })) }
  }
}
