import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import { importKeyPair } from '@atoll/crypto'
import { createIdentityResolver, type Fetch } from '@atoll/identity'
import { createGuardedFetch, nodeDns } from '@atoll/identity/node'
import { PlcClient } from '@atoll/identity/plc'
import { lexicons } from '@atoll/lexicons'
import { explainingStart, Housekeeping, type Log } from '@atoll/process'
import { createSequencer } from '@atoll/sequencer'
import type { BlobStore, PdsStorage } from '@atoll/storage'
import { openSqliteStorage } from '@atoll/storage-sqlite'
import { formatDatetime } from '@atoll/syntax'
import { createRouter, type Router } from '@atoll/xrpc-server'
import { createAccess } from './access.ts'
import { Accounts } from './accounts/accounts.ts'
import { Passwords } from './accounts/passwords.ts'
import { Administrator } from './administrator.ts'
import { Blobs } from './blobs/blobs.ts'
import { UnfinishedChanges } from './claims/unfinished-changes.ts'
import type { Config } from './config/config.ts'
import { prepareDataFolder } from './data-folder.ts'
import { RepoLocks } from './did-locks.ts'
import { HandleChanges } from './handles/handle-changes.ts'
import { HandleRules } from './handles/handle-rules.ts'
import { LookUps } from './identity/look-ups.ts'
import { PlcAccounts } from './identity/plc-accounts.ts'
import { Invites } from './invites/invites.ts'
import { rateLimits, subscriptionsPerAddress } from './limits.ts'
import { ownHosts } from './own-hosts.ts'
import { Crawlers } from './relays/relay-notifier.ts'
import { Exports } from './repos/read/exports.ts'
import { RecordPreparer } from './repos/write/prepare-record.ts'
import { RepoWriter } from './repos/write/repo-writer.ts'
import { SigningKeys } from './repos/write/signing-keys.ts'
import { routes } from './routes.ts'
import type { Services } from './services.ts'
import { SessionTokens } from './sessions/session-tokens.ts'
import { Sessions } from './sessions/sessions.ts'
import { PendingSignUps } from './sign-ups/pending-sign-ups.ts'
import { SignUps } from './sign-ups/sign-ups.ts'
import { transientRefusal } from './transient-refusal.ts'
import { undeclaredErrors } from './undeclared-errors.ts'
import { createWeb } from './web/web.ts'

/** What the service stands on: opened from the configuration, or given by a test. */
export interface Adapters {
  readonly storage: PdsStorage
  readonly blobStore: BlobStore
  /** How the did:plc directory is reached. The operator names it, so it may lie in a private network. */
  readonly plcFetch: Fetch
}

/** A running service without its host: `router` answers, `close` lets go of everything in reverse order. */
export interface Pds {
  readonly router: Router
  /** Resolves when what runs in the background at the moment is done. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * The embedded default: one SQLite database and a folder of blobs. `onDamage` hears of a database that is found damaged while it is used.
 * Throws a `StartError` for what an operator can mend.
 */
export async function openAdapters(config: Config, onDamage: (error: Error) => void = () => {}): Promise<Adapters> {
  const file = await prepareDataFolder(config.storage)
  const database = { path: file, setting: 'PDS_DATA_DIRECTORY' }
  const storage = await explainingStart([database], () => openSqliteStorage({ file, onDamage }))
  try {
    const blobStore = await openBlobFolder(config.blobs)
    // Not the global `fetch`: its look-ups cannot be cancelled, and hold threads that files need.
    const plcFetch = createGuardedFetch({ allowPrivate: true, maxBytes: 4 * 1024 * 1024 })
    return { storage, blobStore, plcFetch }
  } catch (error) {
    await storage.close()
    throw error
  }
}

function openBlobFolder({ directory: dir, temporaryDirectory: temporaryDir }: Config['blobs']): Promise<BlobStore> {
  const uploads = temporaryDir ? [{ path: resolve(temporaryDir), setting: 'PDS_BLOBSTORE_DISK_TMP_LOCATION' }] : []
  const places = [{ path: resolve(dir), setting: 'PDS_BLOBSTORE_DISK_LOCATION' }, ...uploads] as const
  return explainingStart(places, () => openFsBlobStore({ dir, temporaryDir }))
}

/** Composes the service, top to bottom in the order of dependency. */
export async function createPds(
  config: Config,
  log: Log,
  adapters: Promise<Adapters> = openAdapters(config, (error) =>
    log.error('the database is damaged: it takes no writes until it is restored', { err: error }),
  ),
): Promise<Pds> {
  const { storage, blobStore, plcFetch } = await adapters
  const onError = (error: unknown) => log.error('something failed in the background', { err: error })

  const guardedFetch = createGuardedFetch({
    allowPrivate: config.identity.disableSsrfProtection,
    maxBytes: config.identity.fetchMaxResponseBytes,
    timeoutMs: config.identity.resolverTimeoutMs,
  })
  const { plcUrl, resolverTimeoutMs: timeoutMs, cacheStaleTtlMs, cacheMaxTtlMs } = config.identity
  const identity = createIdentityResolver({
    plcUrl,
    plcFetch,
    fetch: guardedFetch,
    lookupTxt: nodeDns(),
    ...(config.identity.handleBackupNameservers.length > 0
      ? { backupLookupTxt: nodeDns({ nameservers: [...config.identity.handleBackupNameservers] }) }
      : {}),
    cacheTimes: { staleMs: cacheStaleTtlMs, maxMs: cacheMaxTtlMs },
    timeoutMs,
    allowLocalhost: config.service.developmentMode,
    onError,
  })
  const lookUps = new LookUps(identity)
  const plc = new PlcAccounts({
    client: new PlcClient({ url: plcUrl, fetch: plcFetch }),
    rotationKey: importKeyPair('k256', Buffer.from(config.secrets.plcRotationKey, 'hex')),
    recoveryKey: config.identity.recoveryDidKey,
    pds: config.service.publicUrl,
    onError,
  })

  const locks = new RepoLocks()
  const sequencer = createSequencer({ events: storage.events, maxBufferedEvents: config.subscriptions.maxBuffer })
  const tokens = new SessionTokens({ secret: config.secrets.jwtSecret, audience: config.service.did })
  const sessions = new Sessions({ service: config.service.did, storage, tokens })
  const handles = new HandleRules(config.identity.handleDomains, ownHosts(config.service))
  const invites = new Invites({ storage, required: config.invites.required })
  const passwords = new Passwords()
  const accounts = new Accounts({ storage, passwords, sessions })
  // Changes of names have locks of their own: they wait for the directory of DIDs, and must not hold up writes of records.
  const turns = new RepoLocks()
  const pending = new PendingSignUps({ storage, passwords, sessions, plc, turns })
  const signUps = new SignUps({ storage, passwords, sessions, invites, handles, pending })
  const handleChanges = new HandleChanges({ storage, handles, identity, lookUps, plc, turns })
  const unfinishedChanges = new UnfinishedChanges({ storage, owners: [pending, handleChanges] })
  const blobs = new Blobs({
    storage,
    store: blobStore,
    locks,
    uploadLimit: config.blobs.uploadLimit,
    onError,
    onLost: (did, cid) =>
      log.error('the bytes of a blob are lost or damaged: uploading the same file again restores them', {
        did,
        cid: String(cid),
      }),
  })
  const preparer = new RecordPreparer(lexicons())
  const writer = new RepoWriter({ storage, blobs, signingKeys: new SigningKeys(storage.keys), locks })

  const services: Services = {
    config,
    storage,
    identity,
    lookUps,
    exports: new Exports(storage.repos),
    sequencer,
    accounts,
    signUps,
    sessions,
    handles,
    handleChanges,
    blobs,
    preparer,
    writer,
  }
  const access = createAccess({
    tokens,
    admin: new Administrator({
      password: config.secrets.adminPassword,
      onFailure: (failure) => log.warn('the administrator password was wrong', { ...failure }),
    }),
    service: config.service.did,
    lookUps,
  })
  const router = createRouter(routes(services, access), {
    fallback: createWeb({ config, accounts, storage }),
    health: async () => ({ version: await healthyVersion(config, storage) }),
    mapError: transientRefusal,
    // Answers are ours: checking them is for development.
    validateOutput: config.service.developmentMode,
    undeclaredErrors,
    onError: (error, { nsid }) => log.error('a request failed', { nsid, err: error }),
    onRequest: ({ request, nsid, status, ms }) =>
      log.info('request', { method: request.method, nsid, status, ms: Math.round(ms) }),
    rateLimits: rateLimits(config.rateLimits),
    subscriptions: config.rateLimits.enabled ? { maxPerAddress: subscriptionsPerAddress } : {},
  })

  const crawlers = new Crawlers({
    relays: config.crawlers,
    hostname: new URL(config.service.publicUrl).host,
    lastSeq: () => sequencer.last(),
    onError,
  })
  const housekeeping = new Housekeeping(
    [
      { name: 'crawlers', everyMs: minute, run: () => crawlers.look() },
      { name: 'unfinished changes of accounts', everyMs: minute, run: () => unfinishedChanges.settle() },
      { name: 'blobs', everyMs: hour, run: () => blobs.sweep() },
      {
        name: 'events',
        everyMs: 10 * minute,
        run: () => storage.events.trim({ before: ago(config.subscriptions.backfillLimitMs) }),
      },
      { name: 'sessions', everyMs: hour, run: () => sessions.forgetExpired() },
    ],
    (error, chore) => log.error('a chore failed', { chore, err: error }),
  )

  return {
    router,
    settled: () => blobs.settled(),
    async close() {
      await housekeeping.close()
      await blobs.settled()
      await sequencer.close()
      await passwords.close()
      await storage.close()
    },
  }
}

const minute = 60 * 1000
const hour = 60 * minute

function ago(ms: number) {
  return formatDatetime(new Date(Date.now() - ms))
}

async function healthyVersion(config: Config, storage: Pick<PdsStorage, 'accounts'>): Promise<string> {
  await storage.accounts.count()
  return config.service.version ?? packageVersion()
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return manifest.version
}
