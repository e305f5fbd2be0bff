import type { importRepo as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { Config } from '../../config/config.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  config: Pick<Config, 'imports'>
  repos: Pick<Repos, 'importer'>
}

export function importRepo({ config, repos }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ body, credentials, ip, signal, refuse }) => {
    if (!config.imports.accepted) throw refuse('InvalidRequest', 'Service is not accepting repo imports')
    await repos.importer.import(credentials.did, body, { ip, signal })
  }
}
