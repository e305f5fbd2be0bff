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
      throw new Unreadable(`is not ${kind}: ${messageOf(error)}`)
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

/** The one parser of yes and no: the spellings of the usual PDS distribution, in any letter case. */
export function parseFlag(given: string): boolean | undefined {
  if (/^(true|t|1)$/i.test(given)) return true
  if (/^(false|f|0)$/i.test(given)) return false
  return undefined
}

export function flag<D extends boolean | undefined>(variable: string, fallback: D, meaning: string) {
  const parse = (given: string) => {
    const value = parseFlag(given)
    if (value === undefined) throw new Unreadable(`must be true or false, not '${given}'`)
    return value
  }
  return setting<unknown>(variable, 'true or false', meaning, parse, fallback) as Setting<Fallback<boolean, D>>
}

/**
 * A web address. A user name or password in it is refused: some are shown to everybody, and `fetch` takes none. With `isBase`, paths are
 * appended to it, so a query and a fragment are refused as well.
 */
export function url<D extends Uri | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  { isBase = false }: { isBase?: boolean } = {},
) {
  const parse = (given: string) => {
    const read = /^https?:\/\/[^/]/i.test(given) ? URL.parse(given) : null
    if (read?.username || read?.password) throw new Unreadable('must be a URL without a user name and a password')
    if (!read || /\s/.test(given)) throw new Unreadable(`must be a URL (https://… or http://…), not '${given}'`)
    if (isBase && /[?#]/.test(given)) throw new Unreadable(`must be a URL without '?' and '#', not '${given}'`)
    return given.endsWith('/') ? read.href : read.href.replace(/\/$/, '')
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
  return parsedList(variable, expected, meaning, (item) => {
    if (!accepts(item)) throw new Error(`'${item}' is not`)
    return item
  })
}

/** Values separated by commas. `parse` returns the value of an item, or throws what is wrong with it. */
export function parsedList(
  variable: string,
  expected: string,
  meaning: string,
  parse: (item: string) => string,
): Setting<readonly string[]> {
  const parseAll = (given: string) => {
    const faults: string[] = []
    const items = itemsOf(given).flatMap((item) => {
      try {
        return [parse(item)]
      } catch (error) {
        faults.push(messageOf(error))
        return []
      }
    })
    if (faults.length > 0) throw new Unreadable(`must list ${expected}, separated by commas: ${faults.join('; ')}`)
    return [...new Set(items)]
  }
  return setting<readonly string[]>(variable, listKind, meaning, parseAll, [])
}

const listKind = 'list'

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export interface Reading<S> {
  values: Values<S>
  problems: string[]
  /** What was corrected while reading. */
  warnings: string[]
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
  const warnings: string[] = []
  const known = new Set<string>()
  const readSetting = (member: Setting<unknown>): unknown => {
    known.add(member.variable)
    const { text, hadQuotes } = withoutQuotes(env[member.variable] ?? '', member.kind === listKind)
    if (hadQuotes) warnings.push(`${member.variable} is in quotes, which were removed: environment files need none`)
    try {
      if (/\p{Cc}/u.test(text)) throw new Unreadable('contains a line break or another control character')
      return member.read(text || undefined)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      const shown = error.message.replaceAll(/\/\/[^/@\s']*@/g, '//***@')
      const message = member.secret && text ? shown.replaceAll(text, '***') : shown
      problems.push(`${member.variable} ${message} (${member.meaning})`)
      return undefined
    }
  }
  const readGroup = (group: Schema): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(group).map(([key, member]) => [key, isSetting(member) ? readSetting(member) : readGroup(member)]),
    )
  const values = readGroup(schema) as Values<S>
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  return { values, problems, warnings, unknown }
}

/** What a variable holds, without blanks and quotes around it; empty where it is unset. */
export function givenText(env: Readonly<Record<string, string | undefined>>, variable: string): string {
  return withoutQuotes(env[variable] ?? '', false).text
}

/** The value without the quotes around it, or around the items of a list: `docker run --env-file` keeps them as part of the value. */
function withoutQuotes(given: string, isList: boolean): { text: string; hadQuotes: boolean } {
  const trimmed = given.trim()
  const whole = unquoted(trimmed)
  const text = isList ? itemsOf(whole).map(unquoted).join(',') : whole
  return { text, hadQuotes: whole !== trimmed || (isList && text !== itemsOf(whole).join(',')) }
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  const isQuoted = text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!) && !inner.includes(text[0]!)
  return isQuoted ? inner.trim() : text
}

/** Every setting of `schema`, in its order. */
export function settingsOf(schema: Schema): Setting<unknown>[] {
  return Object.values(schema).flatMap((member) => (isSetting(member) ? [member] : settingsOf(member)))
}

function isSetting(member: Setting<unknown> | Schema): member is Setting<unknown> {
  return typeof member['read'] === 'function'
}
