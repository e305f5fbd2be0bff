import { type Environment, givenText, readSettings } from '@atoll/process'
import type { Did, Uri } from '@atoll/syntax'
import { combinedFaults, combinedWarnings } from './combined.ts'
import { type SettingValues, settings } from './settings.ts'
import type { SignUpMode } from './sign-ups.ts'
import { unsupportedSettings } from './unsupported.ts'

/** The settings with everything that follows from them filled in. */
export interface Config
  extends Omit<SettingValues, 'service' | 'storage' | 'blobs' | 'identity' | 'invites' | 'signUps'> {
  readonly service: SettingValues['service'] & {
    readonly did: Did
    readonly name: string
    /** Where clients reach this service, without a slash at the end. */
    readonly publicUrl: string
  }
  readonly storage: SettingValues['storage'] & {
    /** Where the usual PDS distribution would keep its data under these settings. */
    readonly usualDistribution: readonly string[]
  }
  readonly blobs: SettingValues['blobs'] & { readonly directory: string }
  readonly signUps: SignUpConfig
  readonly invites: Omit<SettingValues['invites'], 'required'>
  readonly identity: SettingValues['identity'] & { readonly disableSsrfProtection: boolean }
}

/** Who may join, and how many. A limit that is undefined does not apply. */
export interface SignUpConfig
  extends Omit<SettingValues['signUps'], 'mode' | 'maxAccounts' | 'perHour' | 'perNetworkPerHour'> {
  readonly mode: SignUpMode
  readonly maxAccounts: number | undefined
  readonly perHour: number | undefined
  readonly perNetworkPerHour: number | undefined
}

/**
 * The configuration that `env` describes, and what to warn the operator of.
 *
 * @throws ConfigError that lists everything that is wrong
 */
export function readConfig(env: Environment): { config: Config; warnings: readonly string[] } {
  const { values, warnings } = readSettings(settings, env, {
    prefix: 'PDS_',
    unsupported: unsupportedSettings,
    faults: (read) => combinedFaults(read, (variable) => givenText(env, variable) !== ''),
    warnings: combinedWarnings,
  })
  return { config: complete(values, env), warnings }
}

/** Fills in what one setting takes from another. */
function complete(values: SettingValues, env: Environment): Config {
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
    signUps: completeSignUps(values),
    captcha: {
      ...values.captcha,
      redirects: values.captcha.redirects.length > 0 ? values.captcha.redirects : ['https://bsky.app'],
    },
    invites: { intervalMs: values.invites.intervalMs, epoch: values.invites.epoch },
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

function completeSignUps({ service, signUps, invites }: SettingValues): SignUpConfig {
  // A network of one's own has no bots and no relays that count.
  const unlessSet = (given: number | undefined, usual: number): number | undefined => {
    const limit = given ?? (service.developmentMode ? 0 : usual)
    return limit === 0 ? undefined : limit
  }
  return {
    ...signUps,
    mode: signUps.mode ?? (invites.required === false ? 'open' : 'invite'),
    maxAccounts: unlessSet(signUps.maxAccounts, 90),
    perHour: unlessSet(signUps.perHour, 100),
    perNetworkPerHour: unlessSet(signUps.perNetworkPerHour, 10),
  }
}
