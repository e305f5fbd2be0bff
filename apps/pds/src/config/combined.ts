import { importKeyPair } from '@atoll/crypto'
import { isPublicHost, type PartialValues } from '@atoll/process'
import { staleTtlVariable } from './identity.ts'
import type { SettingValues, settings } from './settings.ts'
import { asksForCodes } from './sign-ups.ts'

/** Settings as they were read; one that could not be read is undefined. */
type Read = PartialValues<typeof settings>

/**
 * Guesses are counted, but an attacker with many networks has many: eight characters withstand that
 * only if they are random.
 */
const leastAdminPassword = 8
const advisedAdminPassword = 16

/**
 * What is wrong with settings that are each valid on their own. Unreadable ones are reported
 * already.
 */
export function combinedFaults(values: Read, isSet: (variable: string) => boolean): string[] {
  return [
    ...secretFaults(values.secrets, values.identity),
    ...reachFaults(values),
    ...timeFaults(values.identity, isSet(staleTtlVariable)),
    ...relayFaults(values),
    ...signUpFaults(values),
    ...captchaFaults(values),
    ...pairFaults(isSet),
  ]
}

/** What works, but is probably a mistake. */
export function combinedWarnings({ service, identity, secrets, captcha, signUps, invites }: SettingValues): string[] {
  const { did, hostname } = service
  const isElsewhere = did?.startsWith('did:web:') && !isDidOf(did, hostname)
  return [
    ...(isElsewhere
      ? [`PDS_SERVICE_DID (${did}) names a host other than PDS_HOSTNAME: its DID document must be served there`]
      : []),
    ...(isPublicDirectory(identity.plcUrl) && !isPublicHost(hostname)
      ? [
          `PDS_HOSTNAME (${hostname}) cannot be reached from the internet, but accounts are registered permanently in the public directory ${identity.plcUrl}`,
        ]
      : []),
    ...(captcha.siteKey !== undefined && asksForCodes(signUps.mode ?? (invites.required === false ? 'open' : 'invite'))
      ? ['PDS_HCAPTCHA_SITE_KEY has no effect: only newcomers without an invite code have to pass hCaptcha']
      : []),
    ...(secrets.adminPassword.length < advisedAdminPassword
      ? [
          `PDS_ADMIN_PASSWORD is shorter than ${advisedAdminPassword} characters: a longer one, made at random, cannot be guessed; make one with: openssl rand -hex 16`,
        ]
      : []),
  ]
}

function isDidOf(did: string, hostname: string): boolean {
  return did.slice('did:web:'.length).replace(/%3A\d+$/, '') === hostname
}

function secretFaults(
  { jwtSecret, adminPassword, plcRotationKey }: Read['secrets'],
  { recoveryDidKey }: Read['identity'],
): string[] {
  const faults: string[] = []
  if (jwtSecret !== undefined && jwtSecret.length < 16) {
    faults.push('PDS_JWT_SECRET is shorter than 16 characters (secret that signs session tokens)')
  }
  if (adminPassword !== undefined && adminPassword.length < leastAdminPassword) {
    faults.push(
      `PDS_ADMIN_PASSWORD is shorter than ${leastAdminPassword} characters (password of the administrator): make one with: openssl rand -hex 16`,
    )
  }
  if (plcRotationKey !== undefined && recoveryDidKey !== undefined && didKeyOf(plcRotationKey) === recoveryDidKey) {
    faults.push(
      "PDS_RECOVERY_DID_KEY is the server's own rotation key: did:plc takes no key twice, so write another or none",
    )
  }
  return faults
}

function didKeyOf(privateKey: string): string {
  return importKeyPair('k256', Buffer.from(privateKey, 'hex')).didKey()
}

/**
 * What is written to a public directory stays there, so everybody must be able to look up the names
 * in it.
 */
function reachFaults({ service, identity }: Read): string[] {
  const { hostname, developmentMode, port } = service
  const { plcUrl, handleDomains } = identity
  const faults: string[] = []
  if (developmentMode !== false) return faults
  if (port === 0) faults.push('PDS_PORT may be 0, for any free port, in development mode only (PDS_DEV_MODE)')
  if (!isPublicDirectory(plcUrl)) return faults
  const way = `for development set PDS_DEV_MODE=true and PDS_DID_PLC_URL to a directory of your own`
  if (plcUrl?.startsWith('http:')) {
    faults.push(`PDS_DID_PLC_URL must begin with https:// outside development mode, not '${plcUrl}'`)
  }
  if (hostname !== undefined && !isPublicHost(hostname)) {
    faults.push(
      `PDS_HOSTNAME is '${hostname}', which would be published permanently in the public directory ${plcUrl}: write the public host name; ${way}`,
    )
  }
  const domain = handleDomains?.find((each) => !isPublicHost(`alice${each}`))
  if (domain !== undefined) {
    faults.push(
      `PDS_SERVICE_HANDLE_DOMAINS has '${domain}', which would be published in the public directory ${plcUrl}: write a public domain; ${way}`,
    )
  }
  return faults
}

function isPublicDirectory(plcUrl: string | undefined): boolean {
  return plcUrl !== undefined && isPublicHost(new URL(plcUrl).hostname)
}

function timeFaults(
  { cacheStaleTtlMs: stale, cacheMaxTtlMs: max }: Read['identity'],
  staleTtlIsSet: boolean,
): string[] {
  if (!staleTtlIsSet || stale === undefined || max === undefined || stale <= max) return []
  return [
    `PDS_DID_CACHE_STALE_TTL (${stale}) is larger than PDS_DID_CACHE_MAX_TTL (${max}): lower the one or raise the other`,
  ]
}

/** Each mode either asks for invite codes or does not. */
function signUpFaults({ signUps: { mode }, invites: { required } }: Read): string[] {
  if (mode === undefined || required === undefined || required === asksForCodes(mode)) return []
  return [
    `PDS_INVITE_REQUIRED is ${required}, but PDS_SIGNUP_MODE is '${mode}', in which invite codes are ${required ? 'not ' : ''}asked for: remove one of the two`,
  ]
}

const captchaVariables = {
  siteKey: 'PDS_HCAPTCHA_SITE_KEY',
  secretKey: 'PDS_HCAPTCHA_SECRET_KEY',
  tokenSalt: 'PDS_HCAPTCHA_TOKEN_SALT',
} as const

function captchaFaults({ captcha }: Read): string[] {
  const { tokenSalt } = captcha
  const names = Object.entries(captchaVariables) as [keyof typeof captchaVariables, string][]
  const missing = names.filter(([name]) => captcha[name] === undefined).map(([, variable]) => variable)
  return [
    ...(missing.length > 0 && missing.length < names.length
      ? [`${missing.join(' and ')} must be set as well, or none of ${Object.values(captchaVariables).join(', ')}`]
      : []),
    ...(tokenSalt !== undefined && tokenSalt.length < 16
      ? ['PDS_HCAPTCHA_TOKEN_SALT is shorter than 16 characters: make one with: openssl rand -hex 16']
      : []),
  ]
}

function relayFaults({ crawlers, service }: Read): string[] {
  const { developmentMode } = service
  // In a network of one's own, a relay beside the server needs no encryption.
  const plain = crawlers?.find((relay) => relay.startsWith('http:') && isPublicHost(new URL(relay).hostname))
  if (plain === undefined || developmentMode !== false) return []
  return [
    `PDS_CRAWLERS has '${plain}', which is not encrypted: write https://… outside development mode (PDS_DEV_MODE)`,
  ]
}

/** Settings of which one means nothing without the other. */
const pairs = [
  ['PDS_EMAIL_SMTP_URL', 'PDS_EMAIL_FROM_ADDRESS'],
  ['PDS_MODERATION_EMAIL_SMTP_URL', 'PDS_MODERATION_EMAIL_ADDRESS'],
  ['PDS_MOD_SERVICE_URL', 'PDS_MOD_SERVICE_DID'],
] as const

function pairFaults(isSet: (variable: string) => boolean): string[] {
  return pairs.flatMap(([one, other]) => {
    if (isSet(one) === isSet(other)) return []
    const [set, missing] = isSet(one) ? [one, other] : [other, one]
    return [`${set} is set without ${missing}: set both, or neither`]
  })
}
