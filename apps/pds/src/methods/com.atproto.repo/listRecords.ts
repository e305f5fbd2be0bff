import type { listRecords as method } from '@atoll/lexicons/com.atproto.repo'
import type { Storage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { requireReadable } from '../../repos/readable.ts'
import { recordJson } from '../../repos/record-json.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'records'>
}

export function listRecords({ accounts, storage }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { did } = requireReadable(await accounts.find(params.repo), params.repo)
    const { collection, limit, cursor, reverse } = params
    const records = await storage.records.list(did, collection, { limit, cursor, reverse })
    const last = records.at(-1)?.rkey
    const cursorJson = last === undefined ? '' : `"cursor":"${last}",`
    const json = `{${cursorJson}"records":[${records.map((record) => recordJson(did, record)).join(',')}]}`
    return { encoding: 'application/json; charset=utf-8', body: Buffer.from(json) }
  }
}
