import { type DidKey, InvalidKeyError, importKeyPair, isDidKey } from '@atoll/crypto'
import { didWebUrl } from '@atoll/identity'
import type { Did, Uri } from '@atoll/syntax'
import { isAddressRange } from '@atoll/xrpc-server'
import { combinedFaults, combinedWarnings } from './combined-settings.ts'
import {
  ConfigError,
  flag,
  givenText,
  integer,
  list,
  parsed,
  parsedList,
  readEnvironment,
  required,
  text,
  url,
  type Values,
} from './environment.ts'
import {
  parseBindAddress,
  parseEmailAddress,
  parseHandleDomain,
  parseHostname,
  parseNameserver,
  parseRelay,
} from './host-settings.ts'
import { type LogLevel, logLevels } from './log.ts'
import { judgeUnsupported } from './unsupported-settings.ts'

const day = 24 * 60 * 60 * 1000
/** The longest delay of a Node timer; a longer one fires at once. */
const longestTimer = 2 ** 31 - 1
/** A time this far back still has a year of four digits. */
const century = 36_525 * day

const staleTtl = 'PDS_DID_CACHE_STALE_TTL'

/** Every setting: the variable, its default, its meaning. The documentation and `.env.example` come from here. */
export const settings = {
  service: {
    hostname: parsed(
      'PDS_HOSTNAME',
      'a bare host name',
      'localhost',
      'public host name, such as pds.example.com',
      parseHostname,
    ),
    port: integer('PDS_PORT', 2583, 'port to listen on', { max: 65_535 }),
    bindAddress: parsed(
      'PDS_BIND_ADDRESS',
      'an address',
      undefined,
      'address of this machine to listen on, localhost for its loopback addresses; every interface where unset',
      parseBindAddress,
    ),
    did: parsed(
      'PDS_SERVICE_DID',
      'a DID',
      undefined,
      'DID of this service; did:web of the host name where unset',
      parseServiceDid,
    ),
    name: text('PDS_SERVICE_NAME', undefined, 'name that pages and mails show; "HOST PDS" where unset'),
    version: text('PDS_VERSION', undefined, 'version that the health check tells; that of the package where unset'),
    homeUrl: url('PDS_HOME_URL', undefined, 'home page of the operator'),
    privacyPolicyUrl: url('PDS_PRIVACY_POLICY_URL', undefined, 'privacy policy, shown by describeServer'),
    termsOfServiceUrl: url('PDS_TERMS_OF_SERVICE_URL', undefined, 'terms of service, shown by describeServer'),
    contactEmailAddress: parsed(
      'PDS_CONTACT_EMAIL_ADDRESS',
      'an e-mail address',
      undefined,
      'address of the operator, shown by describeServer',
      parseEmailAddress,
    ),
    developmentMode: flag('PDS_DEV_MODE', false, "for a machine of one's own: http and private addresses are allowed"),
  },
  secrets: {
    jwtSecret: text('PDS_JWT_SECRET', required, 'secret that signs session tokens, 16 characters or more', {
      secret: true,
    }),
    adminPassword: text(
      'PDS_ADMIN_PASSWORD',
      required,
      'password of the administrator (HTTP Basic, user "admin"), 8 characters or more; 16 are advised',
      { secret: true },
    ),
    plcRotationKey: parsed(
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
      'a private key in 64 hexadecimal digits',
      required,
      'K-256 key that signs did:plc operations',
      parsePrivateKey,
      { secret: true },
    ),
  },
  storage: {
    dataDirectory: text('PDS_DATA_DIRECTORY', '.', 'folder of the database'),
  },
  blobs: {
    directory: text(
      'PDS_BLOBSTORE_DISK_LOCATION',
      undefined,
      'folder of the blobs; "blobs" in the data directory where unset',
    ),
    temporaryDirectory: text(
      'PDS_BLOBSTORE_DISK_TMP_LOCATION',
      undefined,
      "folder of unfinished uploads, on the same file system; inside the blobs' folder where unset",
    ),
    uploadLimit: integer('PDS_BLOB_UPLOAD_LIMIT', 5_242_880, 'largest blob, in bytes', { min: 1 }),
  },
  identity: {
    plcUrl: url('PDS_DID_PLC_URL', 'https://plc.directory', 'did:plc directory', { isBase: true }),
    cacheStaleTtlMs: integer(
      staleTtl,
      3_600_000,
      'age in ms at which a cached DID document is refreshed, at most PDS_DID_CACHE_MAX_TTL',
    ),
    cacheMaxTtlMs: integer(
      'PDS_DID_CACHE_MAX_TTL',
      day,
      'age in ms at which a cached DID document is not used any more',
    ),
    resolverTimeoutMs: integer('PDS_ID_RESOLVER_TIMEOUT', 3000, 'longest wait for a DID or handle, in ms', {
      min: 1,
      max: longestTimer,
    }),
    recoveryDidKey: parsed(
      'PDS_RECOVERY_DID_KEY',
      'a did:key',
      undefined,
      "operator's own rotation key, put before the server's",
      parseRecoveryKey,
    ),
    handleDomains: parsedList(
      'PDS_SERVICE_HANDLE_DOMAINS',
      'domains such as .example.com',
      'domains under which accounts get handles, each with a leading dot; ".HOST" where unset, ".test" on localhost',
      parseHandleDomain,
    ),
    handleBackupNameservers: parsedList(
      'PDS_HANDLE_BACKUP_NAMESERVERS',
      'name servers',
      'name servers asked when the usual ones know no handle',
      parseNameserver,
    ),
    didDocumentWithSession: flag(
      'PDS_ENABLE_DID_DOC_WITH_SESSION',
      false,
      'whether session answers carry the DID document',
    ),
    disableSsrfProtection: flag(
      'PDS_DISABLE_SSRF_PROTECTION',
      undefined,
      'whether requests to private addresses are allowed; as PDS_DEV_MODE where unset',
    ),
    fetchMaxResponseBytes: integer(
      'PDS_FETCH_MAX_RESPONSE_SIZE',
      524_288,
      'largest answer that is read from foreign hosts, in bytes',
      { min: 1 },
    ),
  },
  invites: {
    required: flag('PDS_INVITE_REQUIRED', true, 'whether a new account needs an invite code'),
  },
  subscriptions: {
    maxBuffer: integer(
      'PDS_MAX_SUBSCRIPTION_BUFFER',
      undefined,
      'events that may wait for one consumer of the firehose; where unset only their bytes count: 8 MiB',
      { min: 1 },
    ),
    backfillLimitMs: integer('PDS_REPO_BACKFILL_LIMIT_MS', day, 'how far back the firehose can be replayed, in ms', {
      max: century,
    }),
  },
  crawlers: parsedList('PDS_CRAWLERS', 'relays', 'relays to ask for a crawl: host names or URLs', parseRelay),
  proxies: {
    trusted: list(
      'PDS_TRUSTED_PROXIES',
      'proxies whose X-Forwarded-For is believed, as IP addresses and CIDR blocks; private addresses always are',
      'IP addresses and blocks such as 203.0.113.0/24',
      isAddressRange,
    ),
  },
  rateLimits: {
    enabled: flag('PDS_RATE_LIMITS_ENABLED', false, 'whether requests are counted and limited'),
    bypassKey: parsed(
      'PDS_RATE_LIMIT_BYPASS_KEY',
      'the value of a header',
      undefined,
      'value of x-ratelimit-bypass that lifts the limits',
      parseHeaderValue,
      { secret: true },
    ),
    bypassIps: list(
      'PDS_RATE_LIMIT_BYPASS_IPS',
      'client addresses and CIDR blocks without limits; their X-Forwarded-For is believed, and limits stay for clients behind them',
      'IP addresses and blocks such as 203.0.113.0/24',
      isAddressRange,
    ),
  },
  log: {
    enabled: flag('LOG_ENABLED', false, 'whether to write log lines (JSON) to standard output'),
    level: parsed('LOG_LEVEL', 'a level', 'info', `least level that is written: ${logLevels.join(', ')}`, parseLevel),
  },
} as const

type Read = Values<typeof settings>

/** The settings with everything that follows from them filled in. */
export interface Config extends Omit<Read, 'service' | 'storage' | 'blobs' | 'identity'> {
  readonly service: Read['service'] & {
    readonly did: Did
    readonly name: string
    /** Where clients reach this service, without a slash at the end. */
    readonly publicUrl: string
  }
  readonly storage: Read['storage'] & {
    /** Where the usual PDS distribution would keep its data under these settings. */
    readonly usualDistribution: readonly string[]
  }
  readonly blobs: Read['blobs'] & { readonly directory: string }
  readonly identity: Read['identity'] & { readonly disableSsrfProtection: boolean }
}

type Environment = Readonly<Record<string, string | undefined>>

/** The configuration that `env` describes. Throws one ConfigError that names everything that is wrong. */
export function readConfig(env: Environment): { config: Config; warnings: string[] } {
  const { values, problems, warnings, unknown } = readEnvironment(settings, env, 'PDS_')
  const unsupported = judgeUnsupported(env)
  const faults = [
    ...problems,
    ...combinedFaults(values, { staleTtlIsSet: givenText(env, staleTtl) !== '' }),
    ...unsupported.problems,
  ]
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    config: complete(values, env),
    warnings: [
      ...warnings,
      ...combinedWarnings(values),
      ...unsupported.warnings,
      ...unknown
        .filter((variable) => !unsupported.known.has(variable))
        .map((variable) => `${variable} is not a setting of this version and is ignored`),
    ],
  }
}

/** Fills in what one setting takes from another. */
function complete(values: Read, env: Environment): Config {
  const { service, identity, storage } = values
  const local = service.hostname === 'localhost'
  const publicUrl = local ? `http://localhost:${service.port}` : `https://${service.hostname}`
  const host = local ? `localhost%3A${service.port}` : service.hostname
  const { cacheStaleTtlMs, cacheMaxTtlMs } = identity
  return {
    ...values,
    service: {
      ...service,
      did: service.did ?? `did:web:${host}`,
      name: service.name ?? `${service.hostname} PDS`,
      publicUrl,
    },
    storage: {
      ...storage,
      usualDistribution: [
        givenText(env, 'PDS_ACCOUNT_DB_LOCATION') || `${storage.dataDirectory}/account.sqlite`,
        givenText(env, 'PDS_SEQUENCER_DB_LOCATION') || `${storage.dataDirectory}/sequencer.sqlite`,
        givenText(env, 'PDS_ACTOR_STORE_DIRECTORY') || `${storage.dataDirectory}/actors`,
      ],
    },
    blobs: { ...values.blobs, directory: values.blobs.directory ?? `${storage.dataDirectory}/blobs` },
    identity: {
      ...identity,
      plcUrl: identity.plcUrl.replace(/\/+$/, '') as Uri, // without the slash at its end it is still a URL
      // The default yields to a lower maximum that the operator chose.
      cacheStaleTtlMs: Math.min(cacheStaleTtlMs, cacheMaxTtlMs),
      handleDomains:
        identity.handleDomains.length > 0 ? identity.handleDomains : [local ? '.test' : `.${service.hostname}`],
      disableSsrfProtection: identity.disableSsrfProtection ?? service.developmentMode,
    },
  }
}

/** The network resolves two DID methods, and did:web only for host names. */
function parseServiceDid(given: string): Did {
  if (/^did:plc:[a-z2-7]{24}$/.test(given)) return given as Did // just checked
  try {
    didWebUrl(given as Did, { allowLocalhost: true })
    return given as Did // it has the address of a document
  } catch {
    throw new Error(`'${given}' is neither did:web with a host name, such as did:web:pds.example.com, nor did:plc`)
  }
}

function parseRecoveryKey(given: string): DidKey {
  if (!isDidKey(given)) throw new Error(`'${given}' is not the did:key:z… of a K-256 or P-256 key`)
  return given
}

function parsePrivateKey(given: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(given)) throw new Error('it has another length, or other characters')
  try {
    importKeyPair('k256', Buffer.from(given, 'hex'))
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error
    throw new Error('it is zero or too large; make one with: openssl rand -hex 32')
  }
  return given.toLowerCase()
}

/** Clients send it in a header, where other characters may arrive changed. */
function parseHeaderValue(given: string): string {
  if (!/^[\x21-\x7e]+$/.test(given)) throw new Error('it has characters other than visible ASCII')
  return given
}

function parseLevel(given: string): LogLevel {
  const level = logLevels.find((name) => name === given.toLowerCase())
  if (!level) throw new Error(`'${given}' is not one of ${logLevels.join(', ')}`)
  return level
}
