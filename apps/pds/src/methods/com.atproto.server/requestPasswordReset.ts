import type { requestPasswordReset as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { PasswordResets } from '../../accounts/password-resets.ts'

interface Deps {
  passwordResets: Pick<PasswordResets, 'request'>
}

export function requestPasswordReset({ passwordResets }: Deps): Handler<typeof method> {
  return ({ input }) => passwordResets.request(input.email)
}
