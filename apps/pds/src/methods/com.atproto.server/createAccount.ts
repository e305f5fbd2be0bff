import { isDidKey } from '@atoll/crypto'
import type { createAccount as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Newcomer } from '../../access.ts'
import { accountDocument, type DocumentSource, documentAnswer } from '../../identity/document-answer.ts'
import type { LookUps } from '../../identity/look-ups.ts'
import type { Moving, SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps extends Pick<DocumentSource, 'identity'> {
  signUps: Pick<SignUps, 'create'>
  lookUps: Pick<LookUps, 'of'>
}

export function createAccount({ signUps, lookUps, ...source }: Deps): Handler<typeof method, Newcomer> {
  return async ({ input, credentials, ip, signal, refuse }) => {
    if (input.plcOp !== undefined) throw refuse('InvalidRequest', 'Unsupported input: "plcOp"')
    if (input.recoveryKey !== undefined && !isDidKey(input.recoveryKey))
      throw refuse('InvalidRequest', 'The recovery key is not a did:key')
    const { did } = input
    const moving: Moving | undefined =
      did === undefined
        ? undefined
        : { did, requireHolder: () => credentials.requireHolderOf(did), identity: lookUps.of({ ip, signal }) }
    const { document, ...created } = await signUps.create(
      {
        moving,
        handle: input.handle,
        email: input.email,
        password: input.password,
        inviteCode: input.inviteCode,
        recoveryKey: input.recoveryKey,
      },
      { client: clientNetwork(ip), signal },
    )
    return { ...created, ...(document ? documentAnswer(document) : await accountDocument(source, created.did)) }
  }
}
