import type { Chore } from '@atoll/process'
import type { PdsStorage } from '@atoll/storage'
import { formatDatetime } from '@atoll/syntax'
import type { AccountLife } from './account-life/account-life.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { UnfinishedChanges } from './claims/unfinished-changes.ts'
import type { Config } from './config/config.ts'
import type { ReservedKeys } from './did-changes/reserved-keys.ts'
import type { RelayNotifier } from './relays/relay-notifier.ts'
import type { RepoImporter } from './repos/import/repo-importer.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Sessions } from './sessions/sessions.ts'

const minute = 60 * 1000
const hour = 60 * minute

interface ChoresDeps {
  readonly config: Pick<Config, 'subscriptions'>
  readonly storage: Pick<PdsStorage, 'events'>
  readonly relays: Pick<RelayNotifier, 'notify'>
  readonly unfinishedChanges: Pick<UnfinishedChanges, 'settle'>
  readonly repos: { readonly importer: Pick<RepoImporter, 'sweep'> }
  readonly accountLife: Pick<AccountLife, 'deletions' | 'erasures'>
  readonly blobs: Pick<Blobs, 'sweep'>
  readonly sessions: Pick<Sessions, 'forgetExpired'>
  readonly secrets: Pick<Secrets, 'renew'>
  readonly reservedKeys: Pick<ReservedKeys, 'forgetOld'>
}

/**
 * The periodic work of the service.
 *
 * In one process only: every process that runs does all of it.
 */
export function chores(deps: ChoresDeps): Chore[] {
  const { config, storage, repos, relays, unfinishedChanges, accountLife, blobs, sessions, secrets, reservedKeys } =
    deps
  return [
    { name: 'crawlers', everyMs: minute, run: () => relays.notify() },
    { name: 'unfinished changes of accounts', everyMs: minute, run: () => unfinishedChanges.settle() },
    { name: 'imports', everyMs: 10 * minute, run: () => repos.importer.sweep() },
    { name: 'blobs', everyMs: hour, run: () => blobs.sweep() },
    {
      name: 'events',
      everyMs: 10 * minute,
      run: () => storage.events.trim({ before: ago(config.subscriptions.backfillLimitMs) }),
    },
    { name: 'deletions of accounts', everyMs: minute, run: () => accountLife.deletions.carryOutDue() },
    { name: 'erasure of deleted accounts', everyMs: minute, run: () => accountLife.erasures.finish() },
    { name: 'reserved keys', everyMs: hour, run: () => reservedKeys.forgetOld() },
    { name: 'sessions', everyMs: hour, run: () => sessions.forgetExpired() },
    { name: 'secrets', everyMs: minute, run: () => secrets.renew() },
  ]
}

function ago(ms: number) {
  return formatDatetime(new Date(Date.now() - ms))
}
