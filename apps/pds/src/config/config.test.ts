import { importKeyPair } from '@atoll/crypto'
import { ConfigError, settingsOf } from '@atoll/process'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { exampleDocument, settingsDocument } from './documents.ts'
import { settings } from './settings.ts'
import { unsupportedSettings } from './unsupported.ts'

const secrets = {
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
}
/** A server as it stands in the public network. */
const usual = { ...secrets, PDS_HOSTNAME: 'pds.example.com' }
const read = (env: Record<string, string>) => readConfig({ ...usual, ...env })
const development = { PDS_DEV_MODE: 'true', PDS_HOSTNAME: 'localhost', PDS_DID_PLC_URL: 'http://localhost:2582' }

function problems(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('the configuration', () => {
  it('names everything that is wrong at once', () => {
    const found = problems({
      PDS_PORT: '65536',
      PDS_INVITE_REQUIRED: 'yes',
      PDS_DID_PLC_URL: 'plc.directory',
      PDS_SERVICE_HANDLE_DOMAINS: 'example.com',
    })
    expect(found.map((problem) => problem.split(' ')[0])).toEqual([
      'PDS_PORT',
      'PDS_JWT_SECRET',
      'PDS_ADMIN_PASSWORD',
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
      'PDS_DID_PLC_URL',
      'PDS_SERVICE_HANDLE_DOMAINS',
      'PDS_INVITE_REQUIRED',
    ])
  })

  it('does not repeat a secret that is wrong', () => {
    const [problem] = problems({ ...usual, PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: 'deadbeef' })
    expect(problem).not.toContain('deadbeef')
  })

  it('refuses a secret that can be guessed', () => {
    expect(problems({ ...usual, PDS_JWT_SECRET: 'short' })).toEqual([
      expect.stringMatching(/^PDS_JWT_SECRET is shorter than 16/),
    ])
  })

  it('warns of an administrator password that is short, without repeating it', () => {
    expect(read({ PDS_ADMIN_PASSWORD: 'sixteen letters.' }).warnings).toEqual([])
    const [warning, ...others] = read({ PDS_ADMIN_PASSWORD: 'eight888' }).warnings
    expect(others).toEqual([])
    expect(warning).toMatch(/^PDS_ADMIN_PASSWORD is shorter than 16 characters/)
    expect(warning).not.toContain('eight888')
  })

  it('takes an empty variable for one that is not set', () => {
    expect(read({ PDS_PORT: '', PDS_SERVICE_NAME: ' ' }).config.service).toMatchObject({
      port: 2583,
      name: 'pds.example.com PDS',
    })
  })

  it('takes the mode of sign-up from either of two settings', () => {
    const modeOf = (env: Record<string, string>) => read(env).config.signUps.mode
    expect(modeOf({})).toBe('invite')
    expect(modeOf({ PDS_INVITE_REQUIRED: 'true' })).toBe('invite')
    expect(modeOf({ PDS_INVITE_REQUIRED: 'false' })).toBe('open')
    expect(modeOf({ PDS_SIGNUP_MODE: 'Approval' })).toBe('approval')
    expect(modeOf({ PDS_SIGNUP_MODE: 'closed', PDS_INVITE_REQUIRED: 'true' })).toBe('closed')
  })

  it.each([
    ['open', 'true', 'not asked for'],
    ['approval', 'true', 'not asked for'],
    ['invite', 'false', 'are asked for'],
    ['closed', 'false', 'are asked for'],
  ])('refuses the mode %s with PDS_INVITE_REQUIRED=%s', (mode, required, says) => {
    expect(problems({ ...usual, PDS_SIGNUP_MODE: mode, PDS_INVITE_REQUIRED: required })).toEqual([
      expect.stringMatching(new RegExp(`^PDS_INVITE_REQUIRED .*PDS_SIGNUP_MODE .*${says}`)),
    ])
  })

  it('takes all settings of the captcha or none', () => {
    const all = {
      PDS_HCAPTCHA_SITE_KEY: 'site',
      PDS_HCAPTCHA_SECRET_KEY: 'secret of the captcha',
      PDS_HCAPTCHA_TOKEN_SALT: 'a salt of the tests',
      PDS_SIGNUP_MODE: 'open',
    }
    const { config, warnings } = read(all)
    expect(config.captcha).toMatchObject({ siteKey: 'site', redirects: ['https://bsky.app'] })
    expect(warnings).toEqual([])
    const redirects = 'https://App.example.com/, https://app.example.org/join/'
    expect(read({ ...all, PDS_SIGNUP_GATE_REDIRECTS: redirects }).config.captcha.redirects).toEqual([
      'https://app.example.com',
      'https://app.example.org/join',
    ])
    expect(problems({ ...usual, PDS_HCAPTCHA_SITE_KEY: 'site' })).toEqual([
      expect.stringMatching(/^PDS_HCAPTCHA_SECRET_KEY and PDS_HCAPTCHA_TOKEN_SALT must be set as well/),
    ])
    expect(problems({ ...usual, ...all, PDS_HCAPTCHA_TOKEN_SALT: 'short' })).toEqual([
      expect.stringMatching(/^PDS_HCAPTCHA_TOKEN_SALT is shorter than 16/),
    ])
    expect(read({ ...all, PDS_SIGNUP_MODE: 'invite' }).warnings).toEqual([
      expect.stringMatching(/^PDS_HCAPTCHA_SITE_KEY has no effect/),
    ])
  })

  it('bounds accounts and sign-ups outside development mode, unless the operator says otherwise', () => {
    expect(read({}).config.signUps).toMatchObject({ maxAccounts: 90, perHour: 100, perNetworkPerHour: 10 })
    const none = { maxAccounts: undefined, perHour: undefined, perNetworkPerHour: undefined }
    expect(read(development).config.signUps).toMatchObject(none)
    const zeros = { PDS_MAX_ACCOUNTS: '0', PDS_SIGNUPS_PER_HOUR: '0', PDS_SIGNUPS_PER_ADDRESS_PER_HOUR: '0' }
    expect(read(zeros).config.signUps).toMatchObject(none)
    expect(read({ ...development, PDS_MAX_ACCOUNTS: '5' }).config.signUps.maxAccounts).toBe(5)
  })

  it('fills in what follows from the host name', () => {
    const { config } = read({ PDS_HOSTNAME: 'pds.example.com' })
    expect(config.service).toMatchObject({
      did: 'did:web:pds.example.com',
      publicUrl: 'https://pds.example.com',
      name: 'pds.example.com PDS',
    })
    expect(config.identity.handleDomains).toEqual(['.pds.example.com'])
    expect(read(development).config.identity.handleDomains).toEqual(['.test'])
  })

  it.each(['PDS_TRUSTED_PROXIES', 'PDS_RATE_LIMIT_BYPASS_IPS'])('takes addresses and blocks of them for %s', (name) => {
    for (const good of ['203.0.113.5', '203.0.113.0/24, 2001:db8::/32', '::1,', '10.1.2.3/8']) {
      expect(problems({ ...usual, [name]: good }), good).toEqual([])
    }
  })

  it('warns of variables that nothing reads', () => {
    expect(read({ PDS_PROT: '80', HOME: '/root' }).warnings).toEqual([expect.stringMatching(/^PDS_PROT /)])
  })
})

const notSmtp: [string, string][] = [
  ['https://mail.example.com', 'write one such as smtps://'],
  ['mail.example.com:25', 'write one such as smtps://'],
  ['smtp://', 'it has no host name'],
  ['smtp://user:hidden@100%@mail.example.com', 'must be written as %25'],
]
const notSenders: [string, string][] = [
  ['Islands', 'one such as operator@example.com'],
  ['Islands <nobody>', 'one such as operator@example.com'],
  ['a@example.com, b@example.com', 'a@example.com'],
  ['Islands\r\nBcc: <a@example.com>', 'contains a line break'],
]
const notAddresses = [
  'proxy.example.com',
  '203.0.113.0/33',
  '203.0.113',
  'loopback',
  '10.0.0.1:80',
  '*',
  '10.0.0.1 10.0.0.2',
].map(
  (bad) =>
    [
      `::1, ${bad}`,
      `must be a comma-separated list of IP addresses and blocks such as 203.0.113.0/24: '${bad}' is not valid`,
    ] as const,
)

/** What each setting refuses, and a part of what it says then. */
const refusals: Record<string, readonly (readonly [given: string, says: string])[]> = {
  PDS_HOSTNAME: [
    ['https://pds.example.com', "write 'pds.example.com' instead of 'https://pds.example.com'"],
    ['https://pds.example.com/xrpc?a=b', "write 'pds.example.com'"],
    ['pds.example.com/', "write 'pds.example.com'"],
    ['pds.example.com:443', "write 'pds.example.com' instead of 'pds.example.com:443' (a port goes into PDS_PORT)"],
    ['localhost:2583', "write 'localhost' instead of 'localhost:2583' (a port goes into PDS_PORT)"],
    ['pds.example.com.', "write 'pds.example.com'"],
    ['pds. example.com', "write 'pds.example.com'"],
    ['pds."example".com', "write 'pds.example.com'"],
    ['"pds.example.com', "write 'pds.example.com'"],
    ['bücher.example.com', "write 'xn--bcher-kva.example.com'"],
    ['pds', "'pds' has no dot"],
    ['pds..example.com', "'pds..example.com' is not a domain name"],
    ['my_pds.example.com', 'is not a domain name'],
    ['192.0.2.7', 'is an IP address'],
    ['http://127.0.0.1:2583', 'is an IP address'],
    ['[::1]', 'is an IP address'],
    ['pds.local', 'ends in .local'],
    ['pds.localhost', 'ends in .localhost'],
    ['7.in-addr.arpa', 'ends in .arpa'],
    ['localhost', 'would be published permanently in the public directory https://plc.directory'],
    ['pds.test', 'in the public directory'],
  ],
  PDS_PORT: [
    ['http', 'must be a whole number from 0 to 65535'],
    ['65536', 'from 0 to 65535'],
    ['0', 'in development mode only'],
  ],
  PDS_BIND_ADDRESS: [
    ['*', 'write 0.0.0.0 or ::'],
    ['pds.example.com', 'is neither localhost nor an address'],
    ['127.0.0.1:2583', 'a port goes into PDS_PORT'],
  ],
  PDS_SERVICE_DID: [
    ['pds.example.com', 'is neither did:web'],
    ['did:web:pds.example.com:path', 'is neither did:web'],
    ['did:web:https://pds.example.com', 'is neither did:web'],
    ['did:web:PDS.example.com', 'is neither did:web'],
    ['did:plc:short', 'is neither did:web'],
    ['did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', 'nor did:plc'],
  ],
  PDS_SERVICE_NAME: [['two\nlines', 'contains a line break']],
  PDS_VERSION: [['1\u0000', 'control character']],
  ...Object.fromEntries(
    ['PDS_HOME_URL', 'PDS_PRIVACY_POLICY_URL', 'PDS_TERMS_OF_SERVICE_URL'].map((variable) => [
      variable,
      [
        ['example.com', 'must be a URL (https://'],
        ['https:example.com', 'must be a URL'],
        ['ftp://example.com', 'must be a URL'],
        ['javascript:alert(1)', 'must be a URL'],
        ['https://exa mple.com', 'must be a URL'],
        ['https://example.com/a b', 'must be a URL'],
        ['https://user:hidden@example.com', 'without a user name and a password'],
      ],
    ]),
  ),
  PDS_CONTACT_EMAIL_ADDRESS: [
    ['operator', "write one such as operator@example.com instead of 'operator'"],
    ['mailto:operator@example.com', "write 'operator@example.com'"],
    ['Operator <operator@example.com>', "write 'operator@example.com'"],
    ['operator@example.com, other@example.com', "write 'operator@example.com'"],
    ['operator@localhost', 'write one such as'],
    ['oper\u202eator@example.com', 'write one such as'],
  ],
  PDS_DEV_MODE: [['yes', "must be true or false, not 'yes'"]],
  PDS_DID_WEB_ACCOUNTS: [['yes', "must be true or false, not 'yes'"]],
  PDS_JWT_SECRET: [['short', 'is shorter than 16 characters']],
  PDS_ADMIN_PASSWORD: [
    ['seven77', 'is shorter than 8 characters'],
    [' ', 'is required'],
    ['""', 'is required'],
    ['a\tb', 'control character'],
  ],
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: [
    ['11'.repeat(31), 'it must have exactly 64 characters'],
    [`0x${'11'.repeat(32)}`, 'it must have exactly 64 characters'],
    ['00'.repeat(32), 'it is zero or too large'],
    ['ff'.repeat(32), 'it is zero or too large'],
    // The order of the curve.
    ['fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'it is zero or too large'],
  ],
  PDS_KEY_ENCRYPTION_KEY: [
    ['22'.repeat(31), 'it must have exactly 64 characters'],
    ['00'.repeat(32), 'it can be guessed'],
  ],
  PDS_DATA_DIRECTORY: [['/pds\u0000', 'control character']],
  PDS_BLOBSTORE_DISK_LOCATION: [['/pds\nblocks', 'contains a line break']],
  PDS_BLOBSTORE_DISK_TMP_LOCATION: [['/tmp\rx', 'contains a line break']],
  PDS_BLOB_UPLOAD_LIMIT: [
    ['0', 'of at least 1'],
    ['100MB', 'must be a whole number'],
    ['1e6', 'must be a whole number'],
  ],
  PDS_BLOB_QUOTA_BYTES: [['1 GB', 'must be a whole number']],
  PDS_DID_PLC_URL: [
    ['plc.directory', 'must be a URL'],
    ['https://plc.directory/?a=b', "must be a URL without '?' and '#'"],
    ['https://plc.directory#main', "must be a URL without '?' and '#'"],
    ['http://plc.directory', 'must begin with https://'],
    ['https://me:hidden@plc.directory', 'without a user name and a password'],
  ],
  PDS_DID_CACHE_STALE_TTL: [
    ['-1', 'of at least 0'],
    ['86400001', 'is larger than PDS_DID_CACHE_MAX_TTL (86400000)'],
  ],
  PDS_DID_CACHE_MAX_TTL: [['1h', 'must be a whole number']],
  PDS_ID_RESOLVER_TIMEOUT: [
    ['0', 'from 1 to 2147483647'],
    ['2147483648', 'from 1 to 2147483647'],
  ],
  PDS_RECOVERY_DID_KEY: [
    ['zQ3sh', 'is not the did:key'],
    ['did:key:zQ3sh', 'is not the did:key'],
    [importKeyPair('k256', Buffer.alloc(32, 0x11)).didKey(), "is the server's own rotation key"],
  ],
  PDS_SERVICE_HANDLE_DOMAINS: [
    ['..example.com', "write '.example.com' instead of '..example.com'"],
    ['example.com', "write '.example.com'"],
    ['*.example.com', "write '.example.com'"],
    ['https://example.com/', "write '.example.com'"],
    ['.bücher.example.com', "write '.xn--bcher-kva.example.com'"],
    ['.example.com,.-.com', "instead of '.-.com'"],
    ['.my_domain.com', 'write one such as .example.com'],
    ['.example.local', 'ends in .local'],
    ['.internal', 'ends in .internal'],
    ['.LOCALHOST', 'ends in .localhost'],
    ['.com', 'is a whole top-level domain'],
    ['.test', 'in the public directory'],
  ],
  PDS_HANDLE_BACKUP_NAMESERVERS: [
    ['https://1.1.1.1', 'is neither an address'],
    ['1.1.1.1:0', 'is neither an address'],
    ['1.1.1.1:65536', 'is neither an address'],
    ['1.1.1.300', 'is neither an address'],
    ['[dns.example.com]:53', 'is neither an address'],
  ],
  PDS_ENABLE_DID_DOC_WITH_SESSION: [['on', 'must be true or false']],
  PDS_DISABLE_SSRF_PROTECTION: [['yes', 'must be true or false']],
  PDS_FETCH_MAX_RESPONSE_SIZE: [['0', 'of at least 1']],
  PDS_ACCEPTING_REPO_IMPORTS: [['no', 'must be true or false']],
  PDS_MAX_REPO_IMPORT_SIZE: [['0', 'of at least 1']],
  PDS_SIGNUP_MODE: [['everyone', "'everyone' is not one of open, invite, approval, closed"]],
  PDS_MAX_ACCOUNTS: [['-1', 'of at least 0']],
  PDS_SIGNUPS_PER_HOUR: [['many', 'of at least 0']],
  PDS_SIGNUPS_PER_ADDRESS_PER_HOUR: [['1.5', 'of at least 0']],
  PDS_SIGNUP_QUEUE_SIZE: [['0', 'from 1 to 100000']],
  PDS_SIGNUP_QUEUE_MS: [['1000', 'from 60000 to 315360000000']],
  PDS_HCAPTCHA_SITE_KEY: [],
  PDS_HCAPTCHA_SECRET_KEY: [],
  PDS_HCAPTCHA_TOKEN_SALT: [],
  PDS_SIGNUP_GATE_REDIRECTS: [
    ['http://app.example.com', 'is not an https URL'],
    ['https://app.example.com/?a=b', 'is not an https URL'],
    ['app.example.com', 'is not an https URL'],
  ],
  PDS_INVITE_REQUIRED: [['no', 'must be true or false']],
  PDS_INVITE_INTERVAL: [['0', 'of at least 1']],
  PDS_INVITE_EPOCH: [['2026-01-01', 'of at least 0']],
  PDS_MAX_SUBSCRIPTION_BUFFER: [['0', 'of at least 1']],
  PDS_REPO_BACKFILL_LIMIT_MS: [['9007199254740991', 'from 0 to 3155760000000']],
  PDS_CRAWLERS: [
    ['nonsense', "'nonsense' is not a relay's address"],
    ['ftp://relay.example.com', "is not a relay's address"],
    ['https://relay.example.com/path', "is not a relay's address"],
    ['https://me:hidden@relay.example.com', "is not a relay's address"],
    ['relay example.com', "is not a relay's address"],
    ['ws://relay.example.com', "has 'http://relay.example.com', which is not encrypted"],
    ['https://a.example.com,http://b.example.com', "has 'http://b.example.com'"],
  ],
  PDS_RATE_LIMITS_ENABLED: [['2', 'must be true or false']],
  PDS_RATE_LIMIT_BYPASS_KEY: [
    ['two words', 'characters other than visible ASCII'],
    ['clé', 'characters other than visible ASCII'],
  ],
  LOG_ENABLED: [['json', 'must be true or false']],
  PDS_TRUSTED_PROXIES: notAddresses,
  PDS_RATE_LIMIT_BYPASS_IPS: notAddresses,
  PDS_EMAIL_SMTP_URL: notSmtp,
  PDS_EMAIL_FROM_ADDRESS: notSenders,
  PDS_MODERATION_EMAIL_SMTP_URL: notSmtp,
  PDS_MODERATION_EMAIL_ADDRESS: notSenders,
  PDS_MOD_SERVICE_URL: [['mod.example.com', 'must be a URL']],
  PDS_MOD_SERVICE_DID: [['mod.example.com', 'is neither did:web']],
  LOG_LEVEL: [['loud', "'loud' is not one of trace, debug, info, warn, error, fatal, silent"]],
}

/** What has to be set beside a setting. */
const companions: Record<string, Record<string, string>> = {
  PDS_EMAIL_SMTP_URL: { PDS_EMAIL_FROM_ADDRESS: 'pds@example.com' },
  PDS_EMAIL_FROM_ADDRESS: { PDS_EMAIL_SMTP_URL: 'smtp://localhost' },
  PDS_MODERATION_EMAIL_SMTP_URL: { PDS_MODERATION_EMAIL_ADDRESS: 'mods@example.com' },
  PDS_MODERATION_EMAIL_ADDRESS: { PDS_MODERATION_EMAIL_SMTP_URL: 'smtp://localhost' },
  PDS_MOD_SERVICE_URL: { PDS_MOD_SERVICE_DID: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' },
  PDS_MOD_SERVICE_DID: { PDS_MOD_SERVICE_URL: 'https://mod.example.com' },
}

describe('a value of a setting', () => {
  it('has examples of what is refused, for every setting', () => {
    const variables = settingsOf(settings).map(({ variable }) => variable)
    expect(variables.filter((name) => !refusals[name])).toEqual([])
  })

  const cases = Object.entries(refusals).flatMap(([variable, given]) =>
    given.map((each) => [variable, ...each] as const),
  )
  it.each(cases)('is refused: %s=%s', (variable, given, says) => {
    const found = problems({ ...usual, ...companions[variable], [variable]: given })
    expect(found).toEqual([expect.stringContaining(says)])
    expect(found[0]).toMatch(new RegExp(`^${variable} `))
    expect(found[0]).not.toContain('hidden@')
    if (variable.includes('KEY_HEX') || variable.includes('BYPASS_KEY')) expect(found[0]).not.toContain(given)
  })

  it('has to come with its companion', () => {
    for (const [variable, companion] of Object.entries(companions)) {
      const [[missing] = []] = Object.entries(companion)
      const value = Object.values(companions).find((each) => variable in each)?.[variable]
      const says = `${variable} is set without ${missing}: set both, or neither`
      expect(problems({ ...usual, [variable]: value ?? '' })).toEqual([says])
      expect(problems({ ...usual, ...companion, [variable]: value ?? '' })).toEqual([])
    }
  })

  it.each([
    ['smtp://user%25:pass@[::1]:2525', 'pds@example.com', 'pds@example.com'],
    ['smtps://mail.example.com', 'The Islands <pds@example.com>', 'The Islands <pds@example.com>'],
    ['smtp:///?sendmail=true', '<pds@example.com>', 'pds@example.com'],
  ])('is an SMTP server with a sender: %s, %s', (url, sender, from) => {
    const { config } = read({ PDS_EMAIL_SMTP_URL: url, PDS_EMAIL_FROM_ADDRESS: sender })
    expect(config.mail).toMatchObject({ smtpUrl: url, fromAddress: from })
  })

  it('is read in its usual form', () => {
    const { config, warnings } = read({
      PDS_HOSTNAME: 'PDS.Example.com',
      PDS_BIND_ADDRESS: '[::1]',
      PDS_HOME_URL: 'https://Bücher.example',
      PDS_DID_PLC_URL: 'https://plc.directory/',
      PDS_SERVICE_HANDLE_DOMAINS: '.Example.com, .pds.example.com',
      PDS_HANDLE_BACKUP_NAMESERVERS: '9.9.9.9,149.112.112.112:53,[2620:fe::fe]:53,dns.example.com',
      PDS_CRAWLERS:
        'bsky.network,https://bsky.network,wss://relay.example.com/xrpc/com.atproto.sync.subscribeRepos,https://relay.example.com:8443/',
      PDS_CONTACT_EMAIL_ADDRESS: 'operator@bücher.example',
      LOG_LEVEL: 'TRACE',
    })
    expect(warnings).toEqual([])
    expect(config.service).toMatchObject({
      did: 'did:web:pds.example.com',
      publicUrl: 'https://pds.example.com',
      bindAddress: '::1',
      homeUrl: 'https://xn--bcher-kva.example',
      contactEmailAddress: 'operator@bücher.example',
    })
    expect(config.identity).toMatchObject({
      plcUrl: 'https://plc.directory',
      handleDomains: ['.example.com', '.pds.example.com'],
      handleBackupNameservers: ['9.9.9.9', '149.112.112.112:53', '[2620:fe::fe]:53', 'dns.example.com'],
    })
    expect(config.crawlers).toEqual([
      'https://bsky.network',
      'https://relay.example.com',
      'https://relay.example.com:8443',
    ])
    expect(config.log.level).toBe('trace')
  })

  it('and a relay in a network of its own needs no encryption', () => {
    const relays = ['http://relay:2470', 'http://10.0.0.7:2470', 'http://localhost:2470']
    const env = { ...secrets, PDS_HOSTNAME: 'pds.example.com', PDS_CRAWLERS: `${relays},ws://relay.test` }
    expect(read(env).config.crawlers).toEqual([...relays, 'http://relay.test'])
  })

  it('may be local in development, where the public network does not allow it', () => {
    const { config, warnings } = read({
      ...development,
      PDS_PORT: '0',
      PDS_CRAWLERS: 'ws://localhost:2470,localhost:2471,http://relay',
      PDS_SERVICE_HANDLE_DOMAINS: '.test',
    })
    expect(config.crawlers).toEqual(['http://localhost:2470', 'http://localhost:2471', 'http://relay'])
    expect(warnings).toEqual([])
    for (const directory of [
      'http://127.0.0.1:2582',
      'http://[::1]:2582',
      'http://10.0.0.7',
      'http://plc',
      'https://plc.test',
    ]) {
      expect(problems({ ...secrets, PDS_HOSTNAME: 'localhost', PDS_DID_PLC_URL: directory })).toEqual([])
    }
    expect(problems({ ...secrets, PDS_HOSTNAME: 'localhost', PDS_DID_PLC_URL: 'https://plc.directory.' })).toHaveLength(
      1,
    )
  })

  it('is warned of when it is probably a mistake', () => {
    expect(read({ PDS_SERVICE_DID: 'did:web:other.example.com' }).warnings).toEqual([
      expect.stringMatching(/^PDS_SERVICE_DID .*a host other than/),
    ])
    expect(read({ PDS_SERVICE_DID: 'did:web:pds.example.com' }).warnings).toEqual([])
    expect(read({ PDS_DEV_MODE: 'true', PDS_HOSTNAME: 'localhost' }).warnings).toEqual([
      expect.stringContaining('https://plc.directory'),
    ])
  })

  it('that is a maximum lowers a default above it', () => {
    expect(read({ PDS_DID_CACHE_MAX_TTL: '60000' }).config.identity.cacheStaleTtlMs).toBe(60_000)
  })
})

describe('quotes that an environment file has left around a value', () => {
  it.each([
    ['PDS_HOSTNAME', '"pds.example.com"'],
    ['PDS_PORT', "'2583'"],
    ['PDS_DID_PLC_URL', '"https://plc.directory"'],
    ['PDS_INVITE_REQUIRED', ' "true" '],
    ['PDS_JWT_SECRET', "'a secret of the tests'"],
    ['PDS_CRAWLERS', '"bsky.network,relay.example.com"'],
    ['PDS_CRAWLERS', '"bsky.network","relay.example.com"'],
    ['LOG_LEVEL', '"warn"'],
  ])('are removed from %s=%s, with a warning', (variable, given) => {
    const { config, warnings } = read({ [variable]: given })
    expect(config).toEqual(read({ [variable]: given.replace(/["']/g, '').trim() }).config)
    expect(warnings).toEqual([`${variable} is in quotes, which were removed: environment files need none`])
  })

  it('are kept inside of it', () => {
    expect(read({ PDS_SERVICE_NAME: `The "best" server` }).config.service.name).toBe('The "best" server')
    expect(read({ PDS_ADMIN_PASSWORD: `"quoted"inside"` }).config.secrets.adminPassword).toBe('"quoted"inside"')
  })
})

describe('every flag', () => {
  const flags = settingsOf(settings).filter(({ kind }) => kind === 'true or false')
  it.each(flags.map(({ variable }) => variable))('%s is read in the same way', (variable) => {
    const meaning = (given: string) => flags.find((each) => each.variable === variable)?.read(given)
    expect(['true', 'TRUE', 'True', 't', '1'].map(meaning)).toEqual(Array(5).fill(true))
    expect(['false', 'FALSE', 'False', 'f', '0'].map(meaning)).toEqual(Array(5).fill(false))
  })

  it('with a default that another one gives', () => {
    expect(read({ PDS_DISABLE_SSRF_PROTECTION: '1' }).config.identity.disableSsrfProtection).toBe(true)
    expect(read({ ...development }).config.identity.disableSsrfProtection).toBe(true)
    expect(read({ ...development, PDS_DISABLE_SSRF_PROTECTION: 'f' }).config.identity.disableSsrfProtection).toBe(false)
  })
})

describe('a known setting that is not honoured', () => {
  const all = unsupportedSettings.flatMap(({ variables, ...rest }) =>
    variables.map((variable) => ({ variable, ...rest })),
  )

  it.each(all)('$variable is named', ({ variable, instead, isRefused }) => {
    const name = variable.replace('*', 'SERVICE_NAME')
    const sentence = `${name} is not supported by this version: ${instead}`
    const env = { ...usual, [name]: 'something' }
    if (isRefused) expect(problems(env)).toEqual([sentence])
    else expect(readConfig(env).warnings).toEqual([sentence])
  })

  it('is not one of the settings', () => {
    const honoured = settingsOf(settings).map(({ variable }) => variable)
    expect(all.filter(({ variable }) => honoured.includes(variable))).toEqual([])
  })

  it('asks for nothing when it is empty or says no', () => {
    expect(
      read({ PDS_LEGACY_EVENTS: 'false', PDS_PROXY_MAX_RETRIES: '0', PDS_BLOBSTORE_S3_BUCKET: '""' }).warnings,
    ).toEqual([])
  })

  it('is named with its companions, in what the usual installer writes', () => {
    const { warnings } = read({
      PDS_DATA_DIRECTORY: '/pds',
      PDS_BLOBSTORE_DISK_LOCATION: '/pds/blocks',
      PDS_BLOB_UPLOAD_LIMIT: '314572800',
      PDS_DID_PLC_URL: 'https://plc.directory',
      PDS_BSKY_APP_VIEW_URL: 'https://api.bsky.app',
      PDS_BSKY_APP_VIEW_DID: 'did:web:api.bsky.app',
      PDS_REPORT_SERVICE_URL: 'https://mod.bsky.app',
      PDS_REPORT_SERVICE_DID: 'did:plc:ar7c4by46qjdydhdevvrndac',
      PDS_CRAWLERS: 'https://bsky.network',
      PDS_RATE_LIMITS_ENABLED: 'true',
      LOG_ENABLED: 'true',
    })
    expect(warnings).toEqual([
      'PDS_BSKY_APP_VIEW_URL and PDS_BSKY_APP_VIEW_DID are not supported by this version: requests for an application are not passed on',
      'PDS_REPORT_SERVICE_URL and PDS_REPORT_SERVICE_DID are not supported by this version: reports are not passed on to moderators',
    ])
  })
})

describe('the documents about settings', () => {
  it('name every setting, and leave the required ones open', () => {
    for (const { variable } of settingsOf(settings)) {
      expect(settingsDocument()).toContain(`| \`${variable}\` |`)
      expect(exampleDocument()).toMatch(new RegExp(`^(# )?${variable}=`, 'm'))
    }
    expect(exampleDocument()).toMatch(/^PDS_JWT_SECRET=$/m)
    for (const { variables, instead } of unsupportedSettings) {
      for (const text of [...variables, instead]) expect(settingsDocument()).toContain(text)
    }
  })
})
