import { ConfigError, settingsOf } from '@atoll/process'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { settings } from './settings.ts'
import { unsupportedSettings } from './unsupported.ts'

/** `BASE _A _B` stands for BASE_A and BASE_B. */
const namesIn = (lines: string) =>
  lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [base = '', ...ends] = line.trim().split(' ')
      return ends.length === 0 ? [base] : ends.map((end) => base + end)
    })

/** Every setting that operators of the usual distribution know, and those of this project. */
const known = namesIn(`
  PDS _HOSTNAME _PORT _SERVICE_DID _SERVICE_NAME _VERSION _DEV_MODE _DATA_DIRECTORY _CRAWLERS
  PDS _HOME_URL _LOGO_URL _PRIVACY_POLICY_URL _TERMS_OF_SERVICE_URL _SUPPORT_URL _CONTACT_EMAIL_ADDRESS
  PDS _PRIMARY_COLOR _ERROR_COLOR _WARNING_COLOR _INFO_COLOR _SUCCESS_COLOR _BACKGROUND_LIGHT_URL _BACKGROUND_DARK_URL
  PDS _ACCEPTING_REPO_IMPORTS _MAX_REPO_IMPORT_SIZE _BLOB_UPLOAD_LIMIT
  PDS_BLOBSTORE _DISK_LOCATION _DISK_TMP_LOCATION
  PDS_BLOBSTORE_S3 _BUCKET _REGION _ENDPOINT _FORCE_PATH_STYLE _ACCESS_KEY_ID _SECRET_ACCESS_KEY
  PDS_BLOBSTORE_S3 _UPLOAD_TIMEOUT_MS _REQUEST_TIMEOUT_MS
  PDS _DID_PLC_URL _DID_CACHE_STALE_TTL _DID_CACHE_MAX_TTL _ID_RESOLVER_TIMEOUT
  PDS _RECOVERY_DID_KEY _HANDLE_BACKUP_NAMESERVERS _SERVICE_HANDLE_DOMAINS _ENABLE_DID_DOC_WITH_SESSION
  PDS_INVITE _REQUIRED _INTERVAL _EPOCH
  PDS _EMAIL_SMTP_URL _EMAIL_FROM_ADDRESS _EMAIL_DISABLE_CONFIRMATION_LINK
  PDS_MODERATION_EMAIL _SMTP_URL _ADDRESS
  PDS _MAX_SUBSCRIPTION_BUFFER _REPO_BACKFILL_LIMIT_MS
  PDS_BSKY_APP_VIEW _URL _DID _CDN_URL_PATTERN
  PDS _MOD_SERVICE_URL _MOD_SERVICE_DID _REPORT_SERVICE_URL _REPORT_SERVICE_DID
  PDS _RATE_LIMITS_ENABLED _RATE_LIMIT_BYPASS_KEY _RATE_LIMIT_BYPASS_IPS
  PDS_REDIS_SCRATCH _ADDRESS _PASSWORD
  PDS _JWT_SECRET _ADMIN_PASSWORD _DPOP_SECRET
  PDS_PLC_ROTATION_KEY _K256_PRIVATE_KEY_HEX _KMS_KEY_ID
  PDS _DISABLE_SSRF_PROTECTION _FETCH_MAX_RESPONSE_SIZE
  PDS_PROXY _HEADERS_TIMEOUT _BODY_TIMEOUT _MAX_RESPONSE_SIZE _MAX_RETRIES _ALLOW_HTTP2 _PREFER_COMPRESSED
  PDS _DATABASE_URL _LEGACY_METHODS _LEGACY_EVENTS _LEXICON_RESOLUTION _KEY_ENCRYPTION_KEY _SIGNUP_MODE
  PDS _ACCOUNT_DB_LOCATION _SEQUENCER_DB_LOCATION _DID_CACHE_DB_LOCATION
  PDS _ACTOR_STORE_DIRECTORY _ACTOR_STORE_CACHE_SIZE _SQLITE_DISABLE_WAL_AUTO_CHECKPOINT
  PDS_ENTRYWAY _URL _DID _JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX _PLC_ROTATION_KEY _ADMIN_TOKEN
  PDS_HCAPTCHA _SITE_KEY _SECRET_KEY _TOKEN_SALT
  PDS _LEXICON_AUTHORITY_DID _OAUTH_TRUSTED_CLIENTS _REPO_SIGNING_KEY_K256_PRIVATE_KEY_HEX
  LOG _ENABLED _LEVEL _SYSTEMS _DESTINATION
  OTEL _EXPORTER_OTLP_ENDPOINT _SERVICE_NAME
`)

/** To ignore one of these would lose data, or let in whom it should keep out. */
const neverIgnored = namesIn(`
  PDS_BLOBSTORE_S3_BUCKET
  PDS_DATABASE_URL
  PDS_ENTRYWAY _URL _DID _JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX _PLC_ROTATION_KEY _ADMIN_TOKEN
  PDS_PLC_ROTATION_KEY_KMS_KEY_ID
  PDS_HCAPTCHA _SITE_KEY _SECRET_KEY _TOKEN_SALT
`)

const honoured = new Set(settingsOf(settings).map(({ variable }) => variable))
const usual = {
  PDS_HOSTNAME: 'pds.example.com',
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
}

/** What the operator is told of a setting beside the usual ones. */
function told(name: string): { problems: readonly string[]; warnings: readonly string[] } {
  try {
    return { problems: [], warnings: readConfig({ ...usual, [name]: 'something' }).warnings }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: [] }
    throw error
  }
}

describe('a setting of the usual distribution', () => {
  it.each(known.filter((name) => !honoured.has(name)))('%s is not honoured, which is said by its name', (name) => {
    const { problems, warnings } = told(name)
    const sentence = expect.stringMatching(new RegExp(`^${name} is not supported by this version: .`))
    if (neverIgnored.includes(name)) expect({ problems, warnings }).toEqual({ problems: [sentence], warnings: [] })
    else expect({ problems, warnings }).toEqual({ problems: [], warnings: [sentence] })
  })

  it('is refused, and not only warned of, where it is unsafe to ignore, and nowhere else', () => {
    const refused = unsupportedSettings.filter(({ isRefused }) => isRefused).flatMap(({ variables }) => variables)
    expect(refused.filter((name) => !neverIgnored.includes(name))).toEqual([])
    expect(neverIgnored.filter((name) => !refused.includes(name) && !honoured.has(name))).toEqual([])
  })

  it('is on this list, if it is on that of what is not supported', () => {
    const listed = unsupportedSettings.flatMap(({ variables }) => variables)
    const isKnown = (name: string) =>
      known.some((each) => (name.endsWith('*') ? each.startsWith(name.slice(0, -1)) : each === name))
    expect(listed.filter((name) => !isKnown(name))).toEqual([])
  })
})
