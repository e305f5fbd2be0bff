import { BrandedError } from '@atoll/brand'
import { type Environment, withoutQuotes } from './environment.ts'
import { isList } from './kinds.ts'
import {
  InvalidSettingError,
  isSetting,
  type PartialValues,
  type Schema,
  type Setting,
  type Values,
} from './setting.ts'
import { findUnsupported, type UnsupportedSetting } from './unsupported.ts'

/** Settings are wrong. The message lists every fault. */
export class ConfigError extends BrandedError {
  static override readonly brand: string = 'atoll.process.ConfigError'
  override name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const heading = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`
    super(`${heading} wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** What an app adds to its schema. */
export interface SettingsRules<S extends Schema> {
  /** The prefix of the app's variables. An unknown variable with this prefix is reported. */
  readonly prefix: string
  /** Settings of other software, or of later versions, that this version does not support. */
  readonly unsupported?: readonly UnsupportedSetting[]
  /**
   * What is wrong with settings that are each valid on their own. Unreadable ones, which are
   * undefined here, are reported already.
   */
  readonly faults?: (values: PartialValues<S>) => readonly string[]
  /** What works, but is probably a mistake. */
  readonly warnings?: (values: Values<S>) => readonly string[]
}

/**
 * Reads every setting of `schema`.
 *
 * @throws ConfigError that lists everything that is wrong
 */
export function readSettings<S extends Schema>(
  schema: S,
  env: Environment,
  rules: SettingsRules<S>,
): { values: Values<S>; warnings: readonly string[] } {
  const { values, problems, warnings, unknown } = readEnvironment(schema, env, rules.prefix)
  const unsupported = findUnsupported(rules.unsupported ?? [], env)
  const faults = [...problems, ...(rules.faults?.(values) ?? []), ...unsupported.problems]
  if (faults.length > 0) throw new ConfigError(faults)
  const complete = values as Values<S> // what could not be read would have been a fault
  return {
    values: complete,
    warnings: [
      ...warnings,
      ...(rules.warnings?.(complete) ?? []),
      ...unsupported.warnings,
      ...unknown
        .filter((variable) => !unsupported.known.has(variable))
        .map((variable) => `${variable} is not a setting of this version and is ignored`),
    ],
  }
}

export interface EnvironmentReading<S> {
  readonly values: PartialValues<S>
  readonly problems: readonly string[]
  /** What was corrected while reading. */
  readonly warnings: readonly string[]
  /** Variables that begin with the prefix, but name no setting. */
  readonly unknown: readonly string[]
}

/**
 * Reads every setting of `schema`, and collects the problems for a caller that has more to check.
 */
export function readEnvironment<S extends Schema>(schema: S, env: Environment, prefix: string): EnvironmentReading<S> {
  const problems: string[] = []
  const warnings: string[] = []
  const known = new Set<string>()
  const readSetting = (setting: Setting<unknown>): unknown => {
    known.add(setting.variable)
    const { text, hadQuotes } = withoutQuotes(env[setting.variable] ?? '', isList(setting))
    if (hadQuotes) warnings.push(`${setting.variable} is in quotes, which were removed: environment files need none`)
    try {
      if (/\p{Cc}/u.test(text)) throw new InvalidSettingError('contains a line break or another control character')
      return setting.read(text || undefined)
    } catch (error) {
      if (!(error instanceof InvalidSettingError)) throw error
      problems.push(`${setting.variable} ${withoutSecrets(error.message, text, setting)} (${setting.meaning})`)
      return undefined
    }
  }
  const readGroup = (group: Schema): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(group).map(([key, member]) => [key, isSetting(member) ? readSetting(member) : readGroup(member)]),
    )
  const values = readGroup(schema) as PartialValues<S> // it has the schema's own keys
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  return { values, problems, warnings, unknown }
}

function withoutSecrets(message: string, text: string, { secret }: Setting<unknown>): string {
  const shown = message.replaceAll(/\/\/[^/@\s']*@/g, '//***@')
  return secret && text ? shown.replaceAll(text, '***') : shown
}
