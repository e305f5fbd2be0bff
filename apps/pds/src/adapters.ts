import { resolve } from 'node:path'
import { openFsBlobStore } from '@atoll/blobstore-fs'
import type { Fetch } from '@atoll/identity'
import { createGuardedFetch } from '@atoll/identity/node'
import { createLog, explainingStart, type Log } from '@atoll/process'
import type { BlobStore, PdsStorage } from '@atoll/storage'
import { openSqlitePdsStorage } from '@atoll/storage-sqlite'
import type { Captcha } from './captcha/captcha.ts'
import { HCaptcha } from './captcha/hcaptcha.ts'
import { type Closers, openClosers } from './closers.ts'
import type { Config } from './config/config.ts'
import { prepareDataFolder } from './data-folder.ts'
import { createLogMailer } from './mail/log-mailer.ts'
import type { Mailer } from './mail/mailer.ts'
import { openSmtpMailer } from './mail/smtp-mailer.ts'

/** What the service stands on. Each can be another implementation of the same interface. */
export interface Adapters {
  /** Everything but the bytes of blobs. From the settings: one SQLite database. */
  readonly storage: PdsStorage
  /** The bytes of blobs. From the settings: a folder. */
  readonly blobStore: BlobStore
  /**
   * For requests to the did:plc directory. The operator names it, so it may be in a private
   * network.
   */
  readonly plcFetch: Fetch
  /** For mails of the server. From the settings: SMTP, or the log where no server is set. */
  readonly mailer: Mailer
  /** For mails of moderators. From the settings: SMTP, or `mailer` where no server is set. */
  readonly moderationMailer: Mailer
  /** What tells people from bots at sign-up. From the settings: hCaptcha, or none. */
  readonly captcha?: Captcha | undefined
}

/** Adapters with what closes them. */
export interface OpenAdapters extends Adapters {
  /** Closes those that were opened here, in reverse order, and none that was given. */
  close(): Promise<void>
}

export interface OpenAdaptersOptions {
  /** Where mails go without an SMTP server. Default: as the settings of the log say. */
  readonly log?: Pick<Log, 'info' | 'warn'>
  /** These are taken as they are, and stay the caller's: `close` does not close them. */
  readonly given?: Partial<Adapters>
  /** Called if the database is found damaged while it is in use. Default: `console.error`. */
  readonly onDamage?: (error: Error) => void
}

/**
 * Opens the adapters that the configuration describes, except those that are given.
 *
 * @throws StartError for what an operator can mend
 */
export async function openAdapters(
  config: Config,
  { log = createLog(config.log), given = {}, onDamage = console.error }: OpenAdaptersOptions = {},
): Promise<OpenAdapters> {
  const closers = openClosers()
  try {
    const storage = given.storage ?? (await openStorage(config, onDamage, closers))
    const blobStore = given.blobStore ?? (await openBlobFolder(config.blobs))
    const plcFetch = given.plcFetch ?? openPlcFetch(closers)
    const mailer = given.mailer ?? (await openMailer(config, log, closers))
    const moderationMailer = given.moderationMailer ?? (await openModerationMailer(config, closers)) ?? mailer
    const captcha = given.captcha ?? openCaptcha(config.captcha, closers)
    return { storage, blobStore, plcFetch, mailer, moderationMailer, captcha, close: () => closers.close() }
  } catch (error) {
    await closers.close().catch(() => undefined)
    throw error
  }
}

async function openStorage(config: Config, onDamage: (error: Error) => void, closers: Closers): Promise<PdsStorage> {
  const file = await prepareDataFolder(config.storage)
  const database = { path: file, setting: 'PDS_DATA_DIRECTORY' }
  const storage = await explainingStart([database], () => openSqlitePdsStorage({ file, onDamage }))
  closers.add(() => storage.close())
  return storage
}

function openBlobFolder({ directory: dir, temporaryDirectory: temporaryDir }: Config['blobs']): Promise<BlobStore> {
  const uploads = temporaryDir ? [{ path: resolve(temporaryDir), setting: 'PDS_BLOBSTORE_DISK_TMP_LOCATION' }] : []
  const places = [{ path: resolve(dir), setting: 'PDS_BLOBSTORE_DISK_LOCATION' }, ...uploads] as const
  return explainingStart(places, () => openFsBlobStore({ dir, temporaryDir }))
}

function openCaptcha({ siteKey, secretKey }: Config['captcha'], closers: Closers): Captcha | undefined {
  if (siteKey === undefined || secretKey === undefined) return undefined
  const fetch = createGuardedFetch({ maxBytes: 64 * 1024 })
  closers.add(() => fetch.close())
  return new HCaptcha({ siteKey, secretKey, fetch })
}

function openPlcFetch(closers: Closers): Fetch {
  // Not the global `fetch`: its look-ups cannot be cancelled, and hold threads that files need.
  const plcFetch = createGuardedFetch({ allowPrivate: true, maxBytes: 4 * 1024 * 1024 })
  closers.add(() => plcFetch.close())
  return plcFetch
}

async function openMailer(
  { mail: { smtpUrl: url, fromAddress: from }, service }: Config,
  log: Pick<Log, 'info' | 'warn'>,
  closers: Closers,
): Promise<Mailer> {
  if (url === undefined || from === undefined) return createLogMailer({ log, withText: service.developmentMode })
  return closing(await openSmtpMailer({ url, from, hostname: service.hostname }), closers)
}

async function openModerationMailer({ mail, service }: Config, closers: Closers): Promise<Mailer | undefined> {
  const { moderationSmtpUrl: url, moderationFromAddress: from } = mail
  if (url === undefined || from === undefined) return undefined
  return closing(await openSmtpMailer({ url, from, hostname: service.hostname }), closers)
}

function closing(mailer: Mailer, closers: Closers): Mailer {
  closers.add(() => mailer.close())
  return mailer
}
