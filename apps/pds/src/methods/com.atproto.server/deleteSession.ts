import type { deleteSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { RefreshCaller } from '../../callers.ts'
import type { Sessions } from '../../sessions/sessions.ts'

interface Deps {
  sessions: Pick<Sessions, 'end'>
}

export function deleteSession({ sessions }: Deps): Handler<typeof method, RefreshCaller> {
  return ({ credentials }) => sessions.end(credentials.did, credentials.tokenId)
}
