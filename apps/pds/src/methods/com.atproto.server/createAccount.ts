import { isDidKey } from '@atoll/crypto'
import type { createAccount as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Newcomer } from '../../callers.ts'
import { didDocField } from '../../identity/account-documents.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Moving, SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'create'>
  identity: Pick<Identity, 'lookUps' | 'documents' | 'hosted'>
}

export function createAccount({ signUps, identity }: Deps): Handler<typeof method, Newcomer> {
  return async ({ input, credentials, ip, signal, refuse }) => {
    if (input.plcOp !== undefined) throw refuse('InvalidRequest', 'Unsupported input: "plcOp"')
    if (input.recoveryKey !== undefined && !isDidKey(input.recoveryKey)) {
      throw refuse('InvalidRequest', 'The recovery key is not a did:key')
    }
    const { did } = input
    const lookUps = identity.lookUps.of({ ip, signal })
    let moving: Moving | undefined
    if (did !== undefined && !credentials.isSigned && (await identity.hosted.mayBegin(did))) {
      if (did !== `did:web:${input.handle.trim().toLowerCase()}`) {
        throw refuse('InvalidRequest', `The handle of a new account with ${did} has to be its host name`)
      }
      moving = {
        did,
        requireHolder: async () => {}, // nobody had it before
        publish: (tx, account, at) => identity.hosted.begin(tx, did, account, at),
        identity: lookUps,
      }
    } else if (did !== undefined) {
      moving = { did, requireHolder: () => credentials.requireHolderOf(did), identity: lookUps }
    }
    const { document, isWaiting, ...created } = await signUps.create(
      {
        moving,
        handle: input.handle,
        email: input.email,
        password: input.password,
        inviteCode: input.inviteCode,
        recoveryKey: input.recoveryKey,
        verificationCode: input.verificationCode,
        byAdministrator: credentials.isAdministrator,
      },
      { client: clientNetwork(ip), signal },
    )
    if (isWaiting) return created
    return { ...created, ...(document ? didDocField(document) : await identity.documents.forNewAccount(created.did)) }
  }
}
