import { createLog, Housekeeping } from '@atoll/process'
import { createSequencer } from '@atoll/sequencer'
import { createRouter, type Router } from '@atoll/xrpc-server'
import { createAccess } from './access/access.ts'
import { Administrator, type AdministratorOptions } from './access/administrator.ts'
import { openAccountLife } from './account-life/account-life.ts'
import { openAccounts } from './accounts/accounts.ts'
import { EmailChanges } from './accounts/email-changes.ts'
import { PasswordResets } from './accounts/password-resets.ts'
import { openAdapters } from './adapters.ts'
import { openAdministration } from './administration/administration.ts'
import { BlobQuotas } from './blobs/blob-quotas.ts'
import { BlobReports } from './blobs/blob-reports.ts'
import { openBlobs } from './blobs/blobs.ts'
import { openHumanCheck } from './captcha/human-check.ts'
import { chores } from './chores.ts'
import { UnfinishedChanges } from './claims/unfinished-changes.ts'
import { type Closers, openClosers } from './closers.ts'
import { openDidChanges } from './did-changes/did-changes.ts'
import { DidLocks } from './did-locks.ts'
import { openEventFeed } from './events/event-feed.ts'
import { openHandles } from './handles/handles.ts'
import { openHooks } from './hooks/open-hooks.ts'
import { openIdentity } from './identity/identity.ts'
import { openInvites } from './invites/invites.ts'
import { openPdsServices } from './kit/open-pds-services.ts'
import type { PdsServices } from './kit/pds-services.ts'
import { withOwnRoutes } from './kit/with-own-routes.ts'
import { openMail } from './mail/mail.ts'
import { openMailedCodes } from './mailed-codes/mailed-codes.ts'
import type { PdsOptions } from './options.ts'
import { RelayNotifier } from './relays/relay-notifier.ts'
import { openRepos } from './repos/repos.ts'
import { PublicIdentities } from './resolution/public-identities.ts'
import { routerOptions } from './router-options.ts'
import { routes } from './routes.ts'
import { SecondFactors } from './second-factors/second-factors.ts'
import { openSecrets } from './secrets/secrets.ts'
import type { Services } from './services.ts'
import { AppPasswords } from './sessions/app-passwords.ts'
import { ServiceTokens } from './sessions/service-tokens.ts'
import { openSessions } from './sessions/sessions.ts'
import { openSignUps } from './sign-ups/sign-ups.ts'

/**
 * A running service without its host: `router` handles requests, `close` closes everything in
 * reverse order.
 */
export interface Pds {
  readonly router: Router
  /** What a program may do with its accounts and repositories, beside what clients may. */
  readonly services: PdsServices
  /**
   * Resolves when what runs in the background at the moment is done, and the hook `afterCommit` was
   * told of every commit.
   */
  settled(): Promise<void>
  /** Closes what the PDS has opened: not the adapters that it was given. */
  close(): Promise<void>
}

/** What tests of the composition need not wait for. */
interface Waiting {
  /** What a wrong password of the administrator is answered after. Default: half a second. */
  readonly pause?: AdministratorOptions['pause']
}

/**
 * Composes the service in the order of dependency: adapters, areas, the router, and periodic work.
 * `waiting` is for tests.
 *
 * @throws StartError for what an operator can mend
 */
export async function createPds(options: PdsOptions, waiting: Waiting = {}): Promise<Pds> {
  const closers = openClosers()
  try {
    return await compose(options, waiting, closers)
  } catch (error) {
    // What failed first is what the caller can put right, not what fails because of it.
    await closers.close().catch(() => undefined)
    throw error
  }
}

async function compose(options: PdsOptions, waiting: Waiting, closers: Closers): Promise<Pds> {
  const { config, log = createLog(config.log) } = options
  const adapters = await openAdapters(config, {
    log,
    given: options.adapters,
    onDamage: (error) => log.error('the database is damaged: it takes no writes until it is restored', { err: error }),
  })
  closers.add(() => adapters.close())
  const { blobStore, plcFetch } = adapters
  const onError = (error: unknown) => log.error('something failed in the background', { err: error })
  const secrets = await openSecrets({
    config,
    storage: adapters.storage,
    onRenewed: () => log.info('every secret in the database is under the newest of PDS_KEY_ENCRYPTION_KEY'),
  })
  const { storage } = secrets
  const repoLocks = new DidLocks()
  // Changes of names have locks of their own: they wait for the directory of DIDs, and must not
  // hold up writes of records.
  const nameLocks = new DidLocks()

  const accounts = openAccounts({ storage })
  closers.add(() => accounts.close())
  const mail = openMail({ config, storage, adapters, log, onError })
  closers.add(() => mail.outbox.close())
  const codes = openMailedCodes({ config, storage, outbox: mail.outbox })
  const emails = new EmailChanges({ storage, accounts, codes })
  const passwordResets = new PasswordResets({ storage, passwords: accounts.passwords, codes, onError })
  closers.add(() => passwordResets.settled())
  const sequencer = createSequencer({ events: storage.events, maxBufferedEvents: config.subscriptions.maxBuffer })
  closers.add(() => sequencer.close())
  const events = openEventFeed({ sequencer, events: storage.events })
  const identity = openIdentity({ config, storage, plcFetch, onError })
  const secondFactors = new SecondFactors({
    storage,
    accounts,
    codes,
    sealer: secrets.sealer,
    issuer: config.service.name,
  })
  const sessions = openSessions({ config, storage, accounts, secondFactors })
  const invites = openInvites({ config, storage })
  const handles = openHandles({ config, storage, identity, locks: nameLocks })
  const identities = new PublicIdentities({ accounts, rules: handles.rules, ...identity })
  const quotas = new BlobQuotas({ storage, quota: config.blobs.quota })
  const blobReports = new BlobReports({ storage, accounts, quotas })
  const blobs = openBlobs({ config, storage, store: blobStore, quotas, locks: repoLocks, log, onError })
  closers.add(() => blobs.settled())
  const hooks = await openHooks({ hooks: options.hooks, events, log })
  closers.add(() => hooks.close())
  const repos = openRepos({ storage, accounts, blobs, identity, locks: repoLocks, check: hooks.check, onError })
  closers.add(() => repos.importer.settled())
  const accountLife = openAccountLife({
    config,
    storage,
    store: blobStore,
    accounts,
    codes,
    identity,
    repos,
    nameLocks,
    repoLocks,
    onError,
  })
  closers.add(() => accountLife.erasures.settled())
  const didChanges = openDidChanges({ config, storage, identity, repos, locks: nameLocks, codes })
  const human = openHumanCheck(config.captcha, adapters.captcha)
  const signUps = openSignUps({
    config,
    outbox: mail.outbox,
    human,
    check: hooks.checkSignUp,
    erasures: accountLife.erasures,
    storage,
    accounts,
    sessions,
    invites,
    handles,
    identity,
    repos,
    locks: nameLocks,
  })

  const noRoom = await signUps.noRoom()
  if (noRoom !== undefined) log.warn(noRoom)
  const administration = openAdministration({
    storage,
    accounts,
    announcements: accountLife.announcements,
    locks: repoLocks,
  })
  const services: Services = {
    config,
    sequencer,
    identity,
    identities,
    accountLife,
    accounts,
    administration,
    sessions,
    secondFactors,
    appPasswords: new AppPasswords({ storage }),
    serviceTokens: new ServiceTokens({ signingKeys: repos.signingKeys }),
    invites,
    signUps,
    handles,
    didChanges,
    mail,
    codes,
    emails,
    passwordResets,
    blobs,
    blobReports,
    repos,
  }
  const pdsServices = openPdsServices({ accounts, repos, identity, events })
  const access = createAccess({
    tokens: sessions.tokens,
    admin: new Administrator({
      password: config.secrets.adminPassword,
      onFailure: (failure) => log.warn('the administrator password was wrong', { ...failure }),
      ...waiting,
    }),
    service: config.service.did,
    moderator: config.moderation.did,
    lookUps: identity.lookUps,
    accounts,
  })
  const ownRoutes = [...(options.routes?.(pdsServices, access) ?? [])]
  const router = createRouter(
    withOwnRoutes(routes(services, access), ownRoutes, options.replaces),
    routerOptions({ config, log, accounts, hosted: identity.hosted, human, fallback: options.fallback }),
  )

  const relays = new RelayNotifier({
    relays: config.crawlers,
    hostname: new URL(config.service.publicUrl).host,
    lastSeq: () => sequencer.last(),
    onError,
  })
  const unfinishedChanges = new UnfinishedChanges({
    storage,
    owners: [signUps, handles.changes, didChanges.operations, didChanges.signingKeys],
  })
  const housekeeping = new Housekeeping(
    chores({
      config,
      storage,
      repos,
      relays,
      unfinishedChanges,
      accountLife,
      blobs,
      sessions,
      secrets,
      reservedKeys: didChanges.reservedKeys,
    }),
    (error, chore) => log.error('a chore failed', { chore, err: error }),
  )
  closers.add(() => housekeeping.close())
  closers.add(async () => secrets.stop())

  mail.outbox.wake() // for what was queued before the last stop
  accountLife.erasures.wake() // for accounts that were deleted just before it

  return {
    router,
    services: pdsServices,
    async settled() {
      await repos.importer.settled()
      await blobs.settled()
      await accountLife.erasures.settled()
      await passwordResets.settled()
      await mail.outbox.settled()
      await hooks.settled()
    },
    close: () => closers.close(),
  }
}
