import { type Log, packageVersion } from '@atoll/process'
import type { RouterOptions } from '@atoll/xrpc-server'
import type { Accounts } from './accounts/accounts.ts'
import type { HumanCheck } from './captcha/human-check.ts'
import type { Config } from './config/config.ts'
import type { HostedDocuments } from './identity/hosted-documents.ts'
import { rateLimits, subscriptionsPerAddress } from './rate-limits.ts'
import { transientRefusal } from './transient-refusal.ts'
import { undeclaredErrors } from './undeclared-errors.ts'
import type { Fallback } from './web/fallback.ts'
import { createWeb } from './web/web.ts'

interface RouterOptionsDeps {
  readonly config: Config
  readonly log: Log
  readonly accounts: Pick<Accounts, 'find' | 'count'>
  readonly hosted: Pick<HostedDocuments, 'document'>
  readonly human: HumanCheck | undefined
  readonly fallback?: Fallback | undefined
}

/** What the router does around the methods: other paths, limits, health, log lines. */
export function routerOptions({ config, log, accounts, hosted, human, fallback }: RouterOptionsDeps): RouterOptions {
  return {
    fallback: createWeb({ config, accounts, hosted, human, log, fallback }),
    health: async () => {
      // A server that cannot read its storage is not healthy.
      await accounts.count()
      return { version: config.service.version ?? packageVersion(import.meta.url) }
    },
    mapError: transientRefusal,
    // Our own outputs: checking them is for development.
    validateOutput: config.service.developmentMode,
    undeclaredErrors,
    onError: (error, { nsid }) => log.error('a request failed', { nsid, err: error }),
    onRequest: ({ request, nsid, status, ms }) =>
      log.info('request', { method: request.method, nsid, status, ms: Math.round(ms) }),
    rateLimits: rateLimits(config.rateLimits),
    subscriptions: config.rateLimits.enabled ? { maxPerAddress: subscriptionsPerAddress } : {},
  }
}
