import type { deleteRecord as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader' | 'writes'>
}

export function deleteRecord({ repos }: Deps): Handler<typeof method, AccountCaller> {
  const { reader, writes } = repos
  return async ({ input, credentials }) => {
    const did = await reader.own(input.repo, credentials)
    const { head, committed } = await writes.delete(did, input, input)
    return committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}
  }
}
