import type { Branded } from './brand.ts'
import { InvalidLanguageError } from './errors.ts'

/** A language tag of BCP 47 (RFC 5646), such as `pt-BR`. */
export type Language = Branded<'language'>

// Tags from before the present grammar that it would refuse; the regular ones among them fit the grammar anyway.
const irregular = new Set(
  (
    'en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu ' +
    'sgn-be-fr sgn-be-nl sgn-ch-de'
  ).split(' '),
)

const primary = /^[a-z]{2,3}$/
const extended = /^[a-z]{3}$/
const script = /^[a-z]{4}$/
const region = /^(?:[a-z]{2}|[0-9]{3})$/
const variant = /^(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3})$/
const singleton = /^[a-wyz0-9]$/
const extension = /^[a-z0-9]{2,8}$/
const privateUse = /^[a-z0-9]{1,8}$/

/**
 * Whether a value is a valid language tag: well-formed, with no variant or extension given twice. Letter case does not
 * matter except in the primary subtag, which is two or three lower-case letters.
 */
export function isLanguage(value: unknown): value is Language {
  if (typeof value !== 'string') return false
  const lower = value.toLowerCase()
  if (irregular.has(lower)) return true
  const subtags = lower.split('-')
  if (subtags[0] === 'x') return isPrivateUse(subtags, 0)
  return primary.test(value.slice(0, subtags[0]?.length)) && isLangtag(subtags)
}

/** @throws InvalidLanguageError */
export function parseLanguage(text: string): Language {
  if (!isLanguage(text)) throw new InvalidLanguageError(text)
  return text
}

/** langtag of RFC 5646 section 2.1, from the second subtag on. */
function isLangtag(subtags: string[]): boolean {
  const is = (pattern: RegExp, at: number) => pattern.test(subtags[at] ?? '')
  let at = 1
  for (let count = 0; count < 3 && is(extended, at); count++) at++
  if (is(script, at)) at++
  if (is(region, at)) at++
  const seen = new Set<string>()
  while (is(variant, at) && isFirst(seen, subtags[at])) at++
  while (is(singleton, at) && isFirst(seen, subtags[at])) {
    if (!is(extension, ++at)) return false
    while (is(extension, at)) at++
  }
  return at === subtags.length || isPrivateUse(subtags, at)
}

function isPrivateUse(subtags: string[], at: number): boolean {
  const values = subtags.slice(at + 1)
  return subtags[at] === 'x' && values.length > 0 && values.every((value) => privateUse.test(value))
}

// Variants have four characters or more and singletons one, so one set serves both.
function isFirst(seen: Set<string>, subtag = ''): boolean {
  return !seen.has(subtag) && seen.add(subtag) !== undefined
}
