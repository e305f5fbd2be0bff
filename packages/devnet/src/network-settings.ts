import { resolve } from 'node:path'
import { ConfigError, type Environment, givenText, integer, readEnvironment, settingsHelp } from '@atoll/process'
import { type DevnetOptions, plannedConfig } from './devnet.ts'

/** The network's own settings, beside those of its server. */
const settings = {
  // The same at every start, for clients that resolve DIDs themselves.
  plcPort: integer('PLC_PORT', 2582, 'port of the DID directory, on 127.0.0.1', { max: 65_535 }),
}

/**
 * The network that an environment describes.
 *
 * @throws ConfigError that lists everything that is wrong
 */
export function readNetworkSettings(env: Environment): DevnetOptions {
  const { values, problems } = readEnvironment(settings, env, 'PLC_')
  const options = {
    dataDirectory: resolve(givenText(env, 'PDS_DATA_DIRECTORY') || 'data'),
    settings: Object.fromEntries(Object.entries(env).filter(([name]) => /^(PDS|LOG|OTEL)_/.test(name))),
    plcPort: values.plcPort,
  }
  const faults = [...problems, ...faultsOf(options)]
  if (faults.length > 0) throw new ConfigError(faults)
  return options
}

/** The settings as `--help` lists them. */
export function networkHelp(): string {
  return `${settingsHelp(settings)}
  PDS_DATA_DIRECTORY=data
      where everything is kept, from start to start

The settings of atoll-pds apply as well: atoll-pds --help lists them.`
}

function faultsOf(options: DevnetOptions): readonly string[] {
  try {
    const { service } = plannedConfig(options)
    const isTwice = service.port !== 0 && service.port === options.plcPort && !options.settings?.['PDS_DID_PLC_URL']
    return isTwice ? [`PLC_PORT and PDS_PORT are both ${service.port}: choose another for one of them`] : []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
