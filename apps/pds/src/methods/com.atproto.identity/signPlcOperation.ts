import type { PlcChanges } from '@atoll/identity/plc'
import type { signPlcOperation as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'
import type { MailedCodes } from '../../mailed-codes/mailed-codes.ts'

interface Deps {
  didChanges: Pick<DidChanges, 'operations'>
  codes: Pick<MailedCodes, 'require'>
}

export function signPlcOperation({ didChanges, codes }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input: { token, ...changes }, credentials, refuse }) => {
    const { did } = credentials
    if (token === undefined) {
      throw refuse('InvalidRequest', 'email confirmation token required to sign PLC operations')
    }
    const code = await codes.require(did, 'plc_operation', token)
    // Whether the maps have the shape of an operation is checked before it is signed.
    const { services, ...operation } = await didChanges.operations.sign(did, changes as PlcChanges, code)
    const copies = Object.entries(services).map(([id, service]) => [id, { ...service }])
    return { operation: { ...operation, services: Object.fromEntries(copies) } }
  }
}
