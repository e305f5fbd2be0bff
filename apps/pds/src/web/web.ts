import type { Log } from '@atoll/process'
import type { Accounts } from '../accounts/accounts.ts'
import type { HumanCheck } from '../captcha/human-check.ts'
import type { Config } from '../config/config.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import { ownHosts } from '../own-hosts.ts'
import { type Fallback, ownFallback } from './fallback.ts'
import { homePage } from './home-page.ts'
import { robots } from './robots.ts'
import { signUpGate } from './sign-up-gate.ts'
import { tlsCheck } from './tls-check.ts'
import { inOrder, type WebHandler } from './web-handler.ts'
import { handleFile, hostedDocument, serviceDocument } from './well-known.ts'

interface Deps {
  config: Pick<Config, 'service'>
  accounts: Pick<Accounts, 'find' | 'count'>
  hosted: Pick<HostedDocuments, 'document'>
  /** What newcomers have to pass; undefined where there is no captcha. */
  human?: HumanCheck | undefined
  log: Pick<Log, 'warn'>
  fallback?: Fallback | undefined
}

/**
 * Everything that is not a method of this server, in order. A handler that takes every request
 * comes last.
 */
export function createWeb({ config: { service }, accounts, hosted, human, log, fallback }: Deps): WebHandler {
  const hosts = ownHosts(service)
  return inOrder([
    homePage({ service, countAccounts: () => accounts.count() }),
    robots(),
    handleFile({ accounts }),
    serviceDocument({ service, hosts }),
    hostedDocument({ hosted }),
    tlsCheck({ accounts, hosted, hosts }),
    ...(human ? [signUpGate({ service, human, log })] : []),
    ...(fallback ? [ownFallback(fallback, service.publicUrl)] : []),
  ])
}
