import { Housekeeping, type Log } from '@atoll/process'
import { createSequencer } from '@atoll/sequencer'
import { createRouter, type Router } from '@atoll/xrpc-server'
import { createAccess } from './access/access.ts'
import { Administrator } from './access/administrator.ts'
import { openAccounts } from './accounts/accounts.ts'
import { type Adapters, openAdapters } from './adapters.ts'
import { openBlobs } from './blobs/blobs.ts'
import { chores } from './chores.ts'
import { UnfinishedChanges } from './claims/unfinished-changes.ts'
import type { Config } from './config/config.ts'
import { DidLocks } from './did-locks.ts'
import { openHandles } from './handles/handles.ts'
import { openIdentity } from './identity/identity.ts'
import { openInvites } from './invites/invites.ts'
import { RelayNotifier } from './relays/relay-notifier.ts'
import { openRepos } from './repos/repos.ts'
import { routerOptions } from './router-options.ts'
import { routes } from './routes.ts'
import type { Services } from './services.ts'
import { openSessions } from './sessions/sessions.ts'
import { openSignUps } from './sign-ups/sign-ups.ts'

/**
 * A running service without its host: `router` handles requests, `close` closes everything in
 * reverse order.
 */
export interface Pds {
  readonly router: Router
  /** Resolves when what runs in the background at the moment is done. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Composes the service in the order of dependency: adapters, areas, the router, and periodic work.
 */
export async function createPds(
  config: Config,
  log: Log,
  adapters: Promise<Adapters> = openAdapters(config, (error) =>
    log.error('the database is damaged: it takes no writes until it is restored', { err: error }),
  ),
): Promise<Pds> {
  const { storage, blobStore, plcFetch } = await adapters
  const onError = (error: unknown) => log.error('something failed in the background', { err: error })
  const repoLocks = new DidLocks()
  // Changes of names have locks of their own: they wait for the directory of DIDs, and must not
  // hold up writes of records.
  const nameLocks = new DidLocks()

  const sequencer = createSequencer({ events: storage.events, maxBufferedEvents: config.subscriptions.maxBuffer })
  const identity = openIdentity({ config, plcFetch, onError })
  const accounts = openAccounts({ storage })
  const sessions = openSessions({ config, storage, accounts })
  const invites = openInvites({ config, storage })
  const handles = openHandles({ config, storage, identity, locks: nameLocks })
  const blobs = openBlobs({ config, storage, store: blobStore, locks: repoLocks, log, onError })
  const repos = openRepos({ storage, accounts, blobs, locks: repoLocks })
  const signUps = openSignUps({
    storage,
    accounts,
    sessions,
    invites,
    handles,
    identity,
    repos,
    locks: nameLocks,
  })

  const services: Services = { config, sequencer, identity, accounts, sessions, signUps, handles, blobs, repos }
  const access = createAccess({
    tokens: sessions.tokens,
    admin: new Administrator({
      password: config.secrets.adminPassword,
      onFailure: (failure) => log.warn('the administrator password was wrong', { ...failure }),
    }),
    service: config.service.did,
    lookUps: identity.lookUps,
  })
  const router = createRouter(routes(services, access), routerOptions({ config, log, accounts }))

  const relays = new RelayNotifier({
    relays: config.crawlers,
    hostname: new URL(config.service.publicUrl).host,
    lastSeq: () => sequencer.last(),
    onError,
  })
  const unfinishedChanges = new UnfinishedChanges({ storage, owners: [signUps, handles.changes] })
  const housekeeping = new Housekeeping(
    chores({ config, storage, relays, unfinishedChanges, blobs, sessions }),
    (error, chore) => log.error('a chore failed', { chore, err: error }),
  )

  return {
    router,
    settled: () => blobs.settled(),
    async close() {
      await housekeeping.close()
      await blobs.settled()
      await sequencer.close()
      await accounts.close()
      await storage.close()
    },
  }
}
