import type { resetPassword as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { PasswordResets } from '../../accounts/password-resets.ts'

interface Deps {
  passwordResets: Pick<PasswordResets, 'reset'>
}

export function resetPassword({ passwordResets }: Deps): Handler<typeof method> {
  return ({ input, ip, signal }) =>
    passwordResets.reset(input.token, input.password, { client: clientNetwork(ip), signal })
}
