import { itemsOf } from './kinds.ts'

/** Variables and their texts, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a variable holds, without blanks and quotes around it; empty where it is unset. */
export function givenText(env: Environment, variable: string): string {
  return withoutQuotes(env[variable] ?? '', false).text
}

/**
 * The value without the quotes around it, or around the items of a list: `docker run --env-file`
 * keeps them as part of the value.
 */
export function withoutQuotes(given: string, isOfList: boolean): { text: string; hadQuotes: boolean } {
  const trimmed = given.trim()
  const whole = unquoted(trimmed)
  const text = isOfList ? itemsOf(whole).map(unquoted).join(',') : whole
  return { text, hadQuotes: whole !== trimmed || (isOfList && text !== itemsOf(whole).join(',')) }
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  const isQuoted = text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!) && !inner.includes(text[0]!)
  return isQuoted ? inner.trim() : text
}
