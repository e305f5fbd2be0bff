import type { listRecords as method } from '@atoll/lexicons/com.atproto.repo'
import type { Storage } from '@atoll/storage'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireReadable } from '../../repos/readable.ts'
import { recordValue } from '../../repos/record-value.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'records'>
}

export function listRecords({ accounts, storage }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { did } = requireReadable(await accounts.find(params.repo), params.repo)
    const { collection, limit, cursor, reverse } = params
    const records = await storage.records.list(did, collection, { limit, cursor, reverse })
    return {
      cursor: records.at(-1)?.rkey,
      records: records.map((record) => ({
        uri: formatAtUri({ authority: did, collection, rkey: record.rkey }),
        cid: cidText(record.cid),
        value: recordValue(record.bytes),
      })),
    }
  }
}
