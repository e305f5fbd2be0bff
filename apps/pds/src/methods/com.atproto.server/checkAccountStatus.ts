import type { checkAccountStatus as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountLife } from '../../account-life/account-life.ts'
import type { AccountCaller } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'

interface Deps {
  accountLife: Pick<AccountLife, 'figures'>
}

export function checkAccountStatus({ accountLife }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { isActive, isDocumentValid, head, blocks, records, privateValues, blobs } = await accountLife.figures.of(
      credentials.did,
    )
    return {
      activated: isActive,
      validDid: isDocumentValid,
      repoCommit: cidText(head.cid),
      repoRev: head.rev,
      repoBlocks: blocks,
      indexedRecords: records,
      privateStateValues: privateValues,
      expectedBlobs: blobs.expected,
      importedBlobs: blobs.imported,
    }
  }
}
