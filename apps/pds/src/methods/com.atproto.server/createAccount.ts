import { isDidKey } from '@atoll/crypto'
import type { createAccount as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Newcomer } from '../../callers.ts'
import { didDocField } from '../../identity/account-documents.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Moving, SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'create'>
  identity: Pick<Identity, 'lookUps' | 'documents'>
}

export function createAccount({ signUps, identity }: Deps): Handler<typeof method, Newcomer> {
  return async ({ input, credentials, ip, signal, refuse }) => {
    if (input.plcOp !== undefined) throw refuse('InvalidRequest', 'Unsupported input: "plcOp"')
    if (input.recoveryKey !== undefined && !isDidKey(input.recoveryKey)) {
      throw refuse('InvalidRequest', 'The recovery key is not a did:key')
    }
    const { did } = input
    const moving: Moving | undefined =
      did === undefined
        ? undefined
        : { did, requireHolder: () => credentials.requireHolderOf(did), identity: identity.lookUps.of({ ip, signal }) }
    const { document, ...created } = await signUps.create(
      {
        moving,
        handle: input.handle,
        email: input.email,
        password: input.password,
        inviteCode: input.inviteCode,
        recoveryKey: input.recoveryKey,
        byAdministrator: credentials.isAdministrator,
      },
      { client: clientNetwork(ip), signal },
    )
    return { ...created, ...(document ? didDocField(document) : await identity.documents.forNewAccount(created.did)) }
  }
}
