import type { getRecord as method } from '@atoll/lexicons/com.atproto.repo'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import { requestedCid } from '../../repos/cid-text.ts'
import { isWithoutJson, recordJson } from '../../repos/read/record-json.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getRecord({ repos }: Deps): Handler<typeof method> {
  return async ({ params, refuse }) => {
    const repo = await repos.reader.readable(params.repo)
    const record = await repo.record(params.collection, params.rkey)
    const uri = formatAtUri({ authority: repo.did, collection: params.collection, rkey: params.rkey })
    if (!record || (params.cid !== undefined && !record.cid.equals(requestedCid(params.cid)))) {
      throw refuse('RecordNotFound', `Could not locate record: ${uri}`)
    }
    try {
      return { encoding: 'application/json; charset=utf-8', body: recordJson(repo.did, record) }
    } catch (error) {
      if (!isWithoutJson(error)) throw error
      throw refuse('InvalidRequest', `Record has no form in JSON (com.atproto.sync.getRecord has its bytes): ${uri}`)
    }
  }
}
