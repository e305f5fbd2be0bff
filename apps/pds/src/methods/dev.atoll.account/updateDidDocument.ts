import type { updateDidDocument as method } from '@atoll/lexicons/dev.atoll.account'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'
import { requireDidDoc } from '../../identity/account-documents.ts'
import type { HostedContent } from '../../identity/hosted-documents.ts'
import type { MailedCodes } from '../../mailed-codes/mailed-codes.ts'

interface Deps {
  didChanges: Pick<DidChanges, 'hostedDocuments'>
  codes: Pick<MailedCodes, 'require'>
}

export function updateDidDocument({ didChanges, codes }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input: { token, ...changes }, credentials }) => {
    const { did } = credentials
    const code = await codes.require(did, 'plc_operation', token)
    // Whether the maps have the shape of a document is checked before it is written.
    const document = await didChanges.hostedDocuments.update(did, changes as Partial<HostedContent>, code)
    return { didDoc: requireDidDoc(document) }
  }
}
