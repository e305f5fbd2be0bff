import type { Uri } from '@atoll/syntax'

/** What reads settings from environment variables: kinds of values, and one report of everything that is wrong. */

/** One setting: the variable that carries it, how its text becomes a value, and what it means. */
export interface Setting<T> {
  readonly variable: string
  readonly kind: string
  readonly meaning: string
  readonly secret: boolean
  /** As the documentation shows it; `required` where there is none. */
  readonly defaultText: string
  /** The value for `text`, which is undefined where the variable is unset or empty. Throws a sentence that says what is wrong. */
  read(text: string | undefined): T
}

type Schema = { readonly [key: string]: Setting<unknown> | Schema }

/** The values that a schema of settings yields. */
export type Values<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : Values<S[K]> }

export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor(readonly problems: readonly string[]) {
    super(
      `${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} wrong:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    )
  }
}

class Unreadable extends Error {}

interface Described {
  secret?: boolean
}

function setting<T>(
  variable: string,
  kind: string,
  meaning: string,
  parse: (text: string) => T,
  fallback: T | typeof required,
  options: Described = {},
): Setting<T> {
  return {
    variable,
    kind,
    meaning,
    secret: options.secret ?? false,
    defaultText: fallback === required ? 'required' : fallback === undefined ? '' : String(fallback),
    read(text) {
      if (text !== undefined) return parse(text)
      if (fallback === required) throw new Unreadable('is required')
      return fallback as T
    },
  }
}

/** Stands in the place of a default where there is none. */
export const required = Symbol('required')

type Fallback<T, D> = D extends undefined ? T | undefined : T

export function text<D extends string | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  options?: Described,
) {
  return setting<unknown>(variable, 'text', meaning, (given) => given, fallback, options) as Setting<
    Fallback<string, D>
  >
}

/** Text that `parse` judges: it returns the value or throws an error whose message says what was expected. */
export function parsed<T, D extends T | undefined | typeof required>(
  variable: string,
  kind: string,
  fallback: D,
  meaning: string,
  parse: (text: string) => T,
  options?: Described,
) {
  const judge = (given: string) => {
    try {
      return parse(given)
    } catch (error) {
      throw new Unreadable(`is not ${kind}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return setting<unknown>(variable, kind, meaning, judge, fallback, options) as Setting<Fallback<T, D>>
}

export function integer<D extends number | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  range: { min?: number; max?: number } = {},
) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
  const parse = (given: string) => {
    const value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new Unreadable(
        `must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}, not '${given}'`,
      )
    }
    return value
  }
  return setting<unknown>(variable, 'number', meaning, parse, fallback) as Setting<Fallback<number, D>>
}

export function flag(variable: string, fallback: boolean, meaning: string): Setting<boolean> {
  const parse = (given: string) => {
    if (['true', '1'].includes(given)) return true
    if (['false', '0'].includes(given)) return false
    throw new Unreadable(`must be true or false, not '${given}'`)
  }
  return setting(variable, 'true or false', meaning, parse, fallback)
}

export function url<D extends Uri | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  protocols = ['https:', 'http:'],
) {
  const parse = (given: string) => {
    if (!URL.canParse(given) || !protocols.includes(new URL(given).protocol)) {
      throw new Unreadable(`must be a URL (${protocols.map((p) => `${p}//`).join(' or ')}…), not '${given}'`)
    }
    return given
  }
  return setting<unknown>(variable, 'URL', meaning, parse, fallback) as Setting<Fallback<Uri, D>>
}

/** Values separated by commas; each must pass `accepts`. */
export function list(
  variable: string,
  meaning: string,
  expected = 'text',
  accepts: (item: string) => boolean = () => true,
): Setting<readonly string[]> {
  const parse = (given: string) => {
    const items = given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    const bad = items.find((item) => !accepts(item))
    if (bad !== undefined) throw new Unreadable(`must list ${expected}, separated by commas: '${bad}' is not`)
    return items
  }
  return setting<readonly string[]>(variable, 'list', meaning, parse, [])
}

export interface Reading<S> {
  values: Values<S>
  problems: string[]
  /** Variables that begin as the settings do, and that none of them is called. */
  unknown: string[]
}

/** Reads every setting of `schema`, and gathers everything that is wrong instead of stopping at the first. */
export function readEnvironment<S extends Schema>(
  schema: S,
  env: Record<string, string | undefined>,
  prefix: string,
): Reading<S> {
  const problems: string[] = []
  const known = new Set<string>()
  const readGroup = (group: Schema): Record<string, unknown> => {
    const values: Record<string, unknown> = {}
    for (const [key, member] of Object.entries(group)) {
      if (!isSetting(member)) {
        values[key] = readGroup(member)
        continue
      }
      known.add(member.variable)
      try {
        values[key] = member.read(env[member.variable]?.trim() || undefined)
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        const message = member.secret ? error.message.replace(/'[^']*'$/, 'what it holds') : error.message
        problems.push(`${member.variable} ${message} (${member.meaning})`)
      }
    }
    return values
  }
  const values = readGroup(schema) as Values<S>
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  return { values, problems, unknown }
}

/** Every setting of `schema`, in its order. */
export function settingsOf(schema: Schema): Setting<unknown>[] {
  return Object.values(schema).flatMap((member) => (isSetting(member) ? [member] : settingsOf(member)))
}

function isSetting(member: Setting<unknown> | Schema): member is Setting<unknown> {
  return typeof member['read'] === 'function'
}
