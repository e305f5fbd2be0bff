import { type DidKey, isDidKey } from '@atoll/crypto'
import { flag, integer, parsed, parsedList, parseHandleDomain, parseNameserver, url } from '@atoll/process'

const day = 24 * 60 * 60 * 1000
/** The longest delay of a Node timer; a longer one fires at once. */
const longestTimer = 2 ** 31 - 1

export const staleTtlVariable = 'PDS_DID_CACHE_STALE_TTL'

export const identity = {
  plcUrl: url('PDS_DID_PLC_URL', 'https://plc.directory', 'did:plc directory', { isBase: true }),
  cacheStaleTtlMs: integer(
    staleTtlVariable,
    3_600_000,
    'age in ms at which a cached DID document is refreshed, at most PDS_DID_CACHE_MAX_TTL',
  ),
  cacheMaxTtlMs: integer('PDS_DID_CACHE_MAX_TTL', day, 'age in ms at which a cached DID document is no longer used'),
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
    'name servers asked when the usual ones do not know a handle',
    parseNameserver,
  ),
  didWebAccounts: flag(
    'PDS_DID_WEB_ACCOUNTS',
    false,
    'whether accounts may be made with the did:web of a host name under PDS_SERVICE_HANDLE_DOMAINS, which this server then publishes for good',
  ),
  didDocumentWithSession: flag(
    'PDS_ENABLE_DID_DOC_WITH_SESSION',
    false,
    'whether responses about sessions contain the DID document',
  ),
  disableSsrfProtection: flag(
    'PDS_DISABLE_SSRF_PROTECTION',
    undefined,
    'whether requests to private addresses are allowed; as PDS_DEV_MODE where unset',
  ),
  fetchMaxResponseBytes: integer(
    'PDS_FETCH_MAX_RESPONSE_SIZE',
    524_288,
    'largest response that is read from foreign hosts, in bytes',
    { min: 1 },
  ),
} as const

function parseRecoveryKey(given: string): DidKey {
  if (!isDidKey(given)) throw new Error(`'${given}' is not the did:key:z… of a K-256 or P-256 key`)
  return given
}
