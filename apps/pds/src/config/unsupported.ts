import type { UnsupportedSetting } from '@atoll/process'

/**
 * Settings of the usual PDS distribution, and of later versions, that this version does not
 * support.
 */
export const unsupportedSettings: readonly UnsupportedSetting[] = [
  {
    variables: ['PDS_BLOBSTORE_S3_BUCKET'],
    instead: 'blobs are kept in a folder (PDS_BLOBSTORE_DISK_LOCATION), and those in the bucket would be missing',
    isRefused: true,
  },
  {
    variables: [
      'PDS_BLOBSTORE_S3_REGION',
      'PDS_BLOBSTORE_S3_ENDPOINT',
      'PDS_BLOBSTORE_S3_FORCE_PATH_STYLE',
      'PDS_BLOBSTORE_S3_ACCESS_KEY_ID',
      'PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY',
      'PDS_BLOBSTORE_S3_UPLOAD_TIMEOUT_MS',
      'PDS_BLOBSTORE_S3_REQUEST_TIMEOUT_MS',
    ],
    instead: 'blobs are kept in a folder (PDS_BLOBSTORE_DISK_LOCATION)',
  },
  {
    variables: ['PDS_DATABASE_URL'],
    instead:
      'the data is in one SQLite file (PDS_DATA_DIRECTORY), and whatever is in another database would be missing',
    isRefused: true,
  },
  {
    variables: [
      'PDS_ENTRYWAY_URL',
      'PDS_ENTRYWAY_DID',
      'PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX',
      'PDS_ENTRYWAY_PLC_ROTATION_KEY',
      'PDS_ENTRYWAY_ADMIN_TOKEN',
    ],
    instead: 'accounts would sign up and sign in at this server directly, without the checks of the entryway',
    isRefused: true,
  },
  {
    variables: ['PDS_PLC_ROTATION_KEY_KMS_KEY_ID'],
    instead:
      'the rotation key is PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX, which cannot sign for accounts under another key',
    isRefused: true,
  },
  {
    variables: [
      'PDS_ACCOUNT_DB_LOCATION',
      'PDS_SEQUENCER_DB_LOCATION',
      'PDS_DID_CACHE_DB_LOCATION',
      'PDS_ACTOR_STORE_DIRECTORY',
    ],
    instead: 'everything is in one database in PDS_DATA_DIRECTORY',
  },
  { variables: ['PDS_ACTOR_STORE_CACHE_SIZE'], instead: 'accounts have no databases of their own to keep open' },
  {
    variables: ['PDS_SQLITE_DISABLE_WAL_AUTO_CHECKPOINT'],
    instead: 'SQLite checkpoints automatically, so a replication tool must not rely on doing it',
  },
  {
    variables: ['PDS_EMAIL_DISABLE_CONFIRMATION_LINK'],
    instead: 'mails have codes and never a link, so there is none to switch off',
  },
  {
    variables: ['PDS_BSKY_APP_VIEW_URL', 'PDS_BSKY_APP_VIEW_DID', 'PDS_BSKY_APP_VIEW_CDN_URL_PATTERN'],
    instead: 'requests for an application are not passed on',
  },
  {
    variables: ['PDS_REPORT_SERVICE_URL', 'PDS_REPORT_SERVICE_DID'],
    instead: 'reports are not passed on to moderators',
  },
  {
    variables: [
      'PDS_PROXY_HEADERS_TIMEOUT',
      'PDS_PROXY_BODY_TIMEOUT',
      'PDS_PROXY_MAX_RESPONSE_SIZE',
      'PDS_PROXY_MAX_RETRIES',
      'PDS_PROXY_ALLOW_HTTP2',
      'PDS_PROXY_PREFER_COMPRESSED',
    ],
    instead: 'requests are not passed on to other services',
  },
  {
    variables: ['PDS_REDIS_SCRATCH_ADDRESS', 'PDS_REDIS_SCRATCH_PASSWORD'],
    instead: 'requests are counted in the memory of this process',
  },
  {
    variables: ['PDS_DPOP_SECRET', 'PDS_OAUTH_TRUSTED_CLIENTS'],
    instead: 'there is no OAuth, and clients sign in with passwords',
  },
  {
    variables: [
      'PDS_LOGO_URL',
      'PDS_SUPPORT_URL',
      'PDS_PRIMARY_COLOR',
      'PDS_ERROR_COLOR',
      'PDS_WARNING_COLOR',
      'PDS_INFO_COLOR',
      'PDS_SUCCESS_COLOR',
      'PDS_BACKGROUND_LIGHT_URL',
      'PDS_BACKGROUND_DARK_URL',
    ],
    instead: 'the pages of this server are plain, and there are none to sign in on',
  },
  {
    variables: ['PDS_REPO_SIGNING_KEY_K256_PRIVATE_KEY_HEX'],
    instead: 'each account has a signing key of its own',
  },
  {
    variables: ['PDS_LEXICON_AUTHORITY_DID', 'PDS_LEXICON_RESOLUTION'],
    instead: 'records are validated by the lexicons that come with this version',
  },
  { variables: ['PDS_LEGACY_METHODS'], instead: 'retired methods are not served' },
  { variables: ['PDS_LEGACY_EVENTS'], instead: 'the firehose has no retired events' },
  { variables: ['LOG_SYSTEMS'], instead: 'LOG_LEVEL applies to every part' },
  { variables: ['LOG_DESTINATION'], instead: 'log lines go to standard output' },
  { variables: ['OTEL_*'], instead: 'no traces and no metrics are exported' },
]
