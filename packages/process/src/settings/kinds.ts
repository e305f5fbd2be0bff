/** The kinds of settings that a schema is made of. */
import type { Uri } from '@atoll/syntax'
import { InvalidSettingError, type Setting } from './setting.ts'

/** In place of a default: the setting must be set. */
export const required = Symbol('required')

type Defaulted<T, D> = D extends undefined ? T | undefined : T

interface SettingOptions {
  /** Whether messages must not repeat it. Default: false. */
  secret?: boolean
}

function setting<T>(
  variable: string,
  kind: string,
  meaning: string,
  parse: (text: string) => T,
  fallback: T | typeof required,
  options: SettingOptions = {},
): Setting<T> {
  return {
    variable,
    kind,
    meaning,
    secret: options.secret ?? false,
    defaultText: fallback === required ? 'required' : fallback === undefined ? '' : String(fallback),
    read(text) {
      if (text !== undefined) return parse(text)
      if (fallback === required) throw new InvalidSettingError('is required')
      return fallback as T
    },
  }
}

/** Any text. */
export function text<D extends string | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  options?: SettingOptions,
) {
  return setting<unknown>(variable, 'text', meaning, (given) => given, fallback, options) as Setting<
    Defaulted<string, D>
  >
}

/**
 * Text that `parse` turns into a value, or throws an error whose message says what was expected.
 */
export function parsed<T, D extends T | undefined | typeof required>(
  variable: string,
  kind: string,
  fallback: D,
  meaning: string,
  parse: (text: string) => T,
  options?: SettingOptions,
) {
  const parseOrExplain = (given: string) => {
    try {
      return parse(given)
    } catch (error) {
      throw new InvalidSettingError(`is not ${kind}: ${messageOf(error)}`)
    }
  }
  return setting<unknown>(variable, kind, meaning, parseOrExplain, fallback, options) as Setting<Defaulted<T, D>>
}

/** A whole number from `min` (default 0) to `max`. */
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
      throw new InvalidSettingError(
        `must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}, not '${given}'`,
      )
    }
    return value
  }
  return setting<unknown>(variable, 'number', meaning, parse, fallback) as Setting<Defaulted<number, D>>
}

/**
 * True or false in each spelling that a flag may have, in any letter case; undefined for anything
 * else.
 */
export function parseFlag(given: string): boolean | undefined {
  if (/^(true|t|1)$/i.test(given)) return true
  if (/^(false|f|0)$/i.test(given)) return false
  return undefined
}

/** True or false, in the spellings of `parseFlag`. */
export function flag<D extends boolean | undefined>(variable: string, fallback: D, meaning: string) {
  const parse = (given: string) => {
    const value = parseFlag(given)
    if (value === undefined) throw new InvalidSettingError(`must be true or false, not '${given}'`)
    return value
  }
  return setting<unknown>(variable, 'true or false', meaning, parse, fallback) as Setting<Defaulted<boolean, D>>
}

/**
 * A web address. A user name or password in it is refused: some addresses are shown to everybody,
 * and `fetch` does not accept them. With `isBase`, for an address to which paths are appended, a
 * query and a fragment are refused as well.
 */
export function url<D extends Uri | undefined | typeof required>(
  variable: string,
  fallback: D,
  meaning: string,
  { isBase = false }: { isBase?: boolean } = {},
) {
  const parse = (given: string) => {
    const read = /^https?:\/\/[^/]/i.test(given) ? URL.parse(given) : null
    if (read?.username || read?.password) {
      throw new InvalidSettingError('must be a URL without a user name and a password')
    }
    if (!read || /\s/.test(given)) {
      throw new InvalidSettingError(`must be a URL (https://… or http://…), not '${given}'`)
    }
    if (isBase && /[?#]/.test(given)) {
      throw new InvalidSettingError(`must be a URL without '?' and '#', not '${given}'`)
    }
    return given.endsWith('/') ? read.href : read.href.replace(/\/$/, '')
  }
  return setting<unknown>(variable, 'URL', meaning, parse, fallback) as Setting<Defaulted<Uri, D>>
}

const listKind = 'list'

/** Values separated by commas. `expected` is their plural. */
export function list(
  variable: string,
  expected: string,
  meaning: string,
  isValid: (item: string) => boolean,
): Setting<readonly string[]> {
  return parsedList(variable, expected, meaning, (item) => {
    if (!isValid(item)) throw new Error(`'${item}' is not valid`)
    return item
  })
}

/**
 * Values separated by commas. `parse` returns the value of an item, or throws what is wrong with
 * it.
 */
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
    if (faults.length > 0) {
      throw new InvalidSettingError(`must be a comma-separated list of ${expected}: ${faults.join('; ')}`)
    }
    return [...new Set(items)]
  }
  return setting<readonly string[]>(variable, listKind, meaning, parseAll, [])
}

export function isList(setting: Setting<unknown>): boolean {
  return setting.kind === listKind
}

/** The items of a list as it is written. */
export function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
