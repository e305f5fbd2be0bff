import { isDidKey } from '@atoll/crypto'
import type { createAccount as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { type DocumentSource, sessionDocument } from '../../accounts/session-document.ts'
import { Refused } from '../../refused.ts'

interface Deps extends DocumentSource {
  accounts: Pick<Accounts, 'create'>
}

export function createAccount({ accounts, ...source }: Deps): Handler<typeof method> {
  return async ({ input }) => {
    if (input.did !== undefined)
      throw new Refused('InvalidRequest', 'This server does not take in accounts of other servers yet')
    if (input.plcOp !== undefined)
      throw new Refused('InvalidRequest', 'Unexpected plcOp: the server makes the DID of a new account')
    if (input.recoveryKey !== undefined && !isDidKey(input.recoveryKey))
      throw new Refused('InvalidRequest', 'The recovery key is not a did:key')
    const created = await accounts.create({
      handle: input.handle,
      email: input.email,
      password: input.password,
      inviteCode: input.inviteCode,
      recoveryKey: input.recoveryKey,
    })
    return { ...created, ...(await sessionDocument(source, created.did, { refresh: true })) }
  }
}
