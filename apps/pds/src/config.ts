import { type DidKey, isDidKey } from '@atoll/crypto'
import { type Did, isDid } from '@atoll/syntax'
import { isAddressRange } from '@atoll/xrpc-server'
import {
  ConfigError,
  flag,
  integer,
  list,
  parsed,
  readEnvironment,
  required,
  text,
  url,
  type Values,
} from './environment.ts'

const day = 24 * 60 * 60 * 1000

/** Every setting: the variable, its default, its meaning. The documentation and `.env.example` come from here. */
export const settings = {
  service: {
    hostname: text('PDS_HOSTNAME', 'localhost', 'public host name'),
    port: integer('PDS_PORT', 2583, 'port to listen on', { max: 65_535 }),
    did: parsed(
      'PDS_SERVICE_DID',
      'a DID',
      undefined,
      'DID of this service; did:web of the host name where unset',
      expectDid,
    ),
    name: text('PDS_SERVICE_NAME', undefined, 'name that pages and mails show; "HOST PDS" where unset'),
    version: text('PDS_VERSION', undefined, 'version that the health check tells; that of the package where unset'),
    homeUrl: url('PDS_HOME_URL', undefined, 'home page of the operator'),
    privacyPolicyUrl: url('PDS_PRIVACY_POLICY_URL', undefined, 'privacy policy, shown by describeServer'),
    termsOfServiceUrl: url('PDS_TERMS_OF_SERVICE_URL', undefined, 'terms of service, shown by describeServer'),
    contactEmailAddress: text(
      'PDS_CONTACT_EMAIL_ADDRESS',
      undefined,
      'address of the operator, shown by describeServer',
    ),
    developmentMode: flag('PDS_DEV_MODE', false, "for a machine of one's own: http and private addresses are allowed"),
  },
  secrets: {
    jwtSecret: text('PDS_JWT_SECRET', required, 'secret that signs session tokens, 16 characters or more', {
      secret: true,
    }),
    adminPassword: text('PDS_ADMIN_PASSWORD', required, 'password of the administrator (HTTP Basic, user "admin")', {
      secret: true,
    }),
    plcRotationKey: parsed(
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
      'a private key in 64 hexadecimal digits',
      required,
      'K-256 key that signs did:plc operations',
      expectPrivateKey,
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
    plcUrl: url('PDS_DID_PLC_URL', 'https://plc.directory', 'did:plc directory'),
    cacheStaleTtlMs: integer(
      'PDS_DID_CACHE_STALE_TTL',
      3_600_000,
      'age in ms at which a cached DID document is refreshed',
    ),
    cacheMaxTtlMs: integer(
      'PDS_DID_CACHE_MAX_TTL',
      day,
      'age in ms at which a cached DID document is not used any more',
    ),
    resolverTimeoutMs: integer('PDS_ID_RESOLVER_TIMEOUT', 3000, 'longest wait for a DID or handle, in ms', { min: 1 }),
    recoveryDidKey: parsed(
      'PDS_RECOVERY_DID_KEY',
      'a did:key',
      undefined,
      "operator's own rotation key, put before the server's",
      expectDidKey,
    ),
    handleDomains: list(
      'PDS_SERVICE_HANDLE_DOMAINS',
      'domains under which accounts get handles, each with a leading dot; ".HOST" where unset, ".test" on localhost',
      'domains such as .example.com',
      (item) => /^\.[a-z0-9.-]+$/.test(item),
    ),
    handleBackupNameservers: list(
      'PDS_HANDLE_BACKUP_NAMESERVERS',
      'name servers asked when the usual ones know no handle',
    ),
    didDocumentWithSession: flag(
      'PDS_ENABLE_DID_DOC_WITH_SESSION',
      false,
      'whether session answers carry the DID document',
    ),
    disableSsrfProtection: parsed(
      'PDS_DISABLE_SSRF_PROTECTION',
      'true or false',
      undefined,
      'whether requests to private addresses are allowed; as PDS_DEV_MODE where unset',
      expectFlag,
    ),
    fetchMaxResponseBytes: integer(
      'PDS_FETCH_MAX_RESPONSE_SIZE',
      524_288,
      'largest answer that is read from foreign hosts, in bytes',
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
    backfillLimitMs: integer('PDS_REPO_BACKFILL_LIMIT_MS', day, 'how far back the firehose can be replayed, in ms'),
  },
  crawlers: list('PDS_CRAWLERS', 'relays to ask for a crawl', 'URLs', (item) => URL.canParse(item)),
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
    bypassKey: text('PDS_RATE_LIMIT_BYPASS_KEY', undefined, 'value of x-ratelimit-bypass that lifts the limits', {
      secret: true,
    }),
    bypassIps: list(
      'PDS_RATE_LIMIT_BYPASS_IPS',
      'client addresses and CIDR blocks without limits; their X-Forwarded-For is believed, and limits stay for clients behind them',
      'IP addresses and blocks such as 203.0.113.0/24',
      isAddressRange,
    ),
  },
  log: {
    enabled: flag('LOG_ENABLED', false, 'whether to write log lines (JSON) to standard output'),
    level: parsed('LOG_LEVEL', 'debug, info, warn or error', 'info', 'least level that is written', expectLevel),
  },
} as const

type Read = Values<typeof settings>

/** The settings with everything that follows from them filled in. */
export interface Config extends Omit<Read, 'service' | 'blobs' | 'identity'> {
  readonly service: Read['service'] & {
    readonly did: Did
    readonly name: string
    /** Where clients reach this service, without a slash at the end. */
    readonly publicUrl: string
  }
  readonly blobs: Read['blobs'] & { readonly directory: string }
  readonly identity: Read['identity'] & { readonly disableSsrfProtection: boolean }
}

/** The configuration that `env` describes. Throws one ConfigError that names everything that is wrong. */
export function readConfig(env: Record<string, string | undefined>): { config: Config; warnings: string[] } {
  const { values, problems, unknown } = readEnvironment(settings, env, 'PDS_')
  if (values.secrets.jwtSecret !== undefined && values.secrets.jwtSecret.length < 16) {
    problems.push('PDS_JWT_SECRET is shorter than 16 characters (secret that signs session tokens)')
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    config: complete(values),
    warnings: unknown.map((variable) => `${variable} is not a setting of this version and is ignored`),
  }
}

/** Fills in what one setting takes from another. */
function complete(values: Read): Config {
  const { service, identity } = values
  const local = service.hostname === 'localhost'
  const publicUrl = local ? `http://localhost:${service.port}` : `https://${service.hostname}`
  const host = local ? `localhost%3A${service.port}` : service.hostname
  return {
    ...values,
    service: {
      ...service,
      did: service.did ?? `did:web:${host}`,
      name: service.name ?? `${service.hostname} PDS`,
      publicUrl,
    },
    blobs: { ...values.blobs, directory: values.blobs.directory ?? `${values.storage.dataDirectory}/blobs` },
    identity: {
      ...identity,
      handleDomains:
        identity.handleDomains.length > 0 ? identity.handleDomains : [local ? '.test' : `.${service.hostname}`],
      disableSsrfProtection: identity.disableSsrfProtection ?? service.developmentMode,
    },
  }
}

function expectDid(given: string): Did {
  if (!isDid(given)) throw new Error(`'${given}' does not look like did:method:identifier`)
  return given
}

function expectDidKey(given: string): DidKey {
  if (!isDidKey(given)) throw new Error(`'${given}' does not look like did:key:z…`)
  return given
}

function expectPrivateKey(given: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(given)) throw new Error('it has another form')
  return given.toLowerCase()
}

function expectFlag(given: string): boolean {
  if (given !== 'true' && given !== 'false') throw new Error(`'${given}' is neither`)
  return given === 'true'
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

function expectLevel(given: string): LogLevel {
  if (!['debug', 'info', 'warn', 'error'].includes(given)) throw new Error(`'${given}' is none of them`)
  return given as LogLevel
}
