import type { createAppPassword as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { AppPasswords } from '../../sessions/app-passwords.ts'

interface Deps {
  appPasswords: Pick<AppPasswords, 'create'>
}

export function createAppPassword({ appPasswords }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials }) => {
    const { name, privileged = false } = input
    const { password, made } = await appPasswords.create(credentials.did, { name, privileged })
    return { name, password, createdAt: made.createdAt, privileged }
  }
}
