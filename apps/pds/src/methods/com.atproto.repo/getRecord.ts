import type { getRecord as method } from '@atoll/lexicons/com.atproto.repo'
import type { PdsStorage } from '@atoll/storage'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import { requireReadable } from '../../repos/read/readable.ts'
import { isWithoutJson, recordJson } from '../../repos/read/record-json.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'records'>
}

export function getRecord({ accounts, storage }: Deps): Handler<typeof method> {
  return async ({ params, refuse }) => {
    const account = requireReadable(await accounts.find(params.repo), params.repo)
    const record = await storage.records.get(account.did, params.collection, params.rkey)
    const uri = formatAtUri({ authority: account.did, collection: params.collection, rkey: params.rkey })
    if (!record || (params.cid !== undefined && !record.cid.equals(requestedCid(params.cid)))) {
      throw refuse('RecordNotFound', `Could not locate record: ${uri}`)
    }
    try {
      return { encoding: 'application/json; charset=utf-8', body: recordJson(account.did, record) }
    } catch (error) {
      if (!isWithoutJson(error)) throw error
      throw refuse('InvalidRequest', `Record has no form in JSON (com.atproto.sync.getRecord has its bytes): ${uri}`)
    }
  }
}
