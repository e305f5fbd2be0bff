import type { Branded } from './brand.ts'
import { InvalidLanguageError } from './errors.ts'

/** A language tag of BCP 47, such as `pt-BR`: https://www.rfc-editor.org/rfc/rfc5646 */
export type Language = Branded<'language'>

// Tags from before the present grammar that it would refuse; the regular ones among them fit the
// grammar anyway.
const irregular = new Set([
  'en-gb-oed',
  'i-ami',
  'i-bnn',
  'i-default',
  'i-enochian',
  'i-hak',
  'i-klingon',
  'i-lux',
  'i-mingo',
  'i-navajo',
  'i-pwn',
  'i-tao',
  'i-tay',
  'i-tsu',
  'sgn-be-fr',
  'sgn-be-nl',
  'sgn-ch-de',
])

// Nearly every tag there is; the rest of the rules need not be asked.
const usual = /^[a-z]{2,3}(?:-[A-Z]{2})?$/
const ascii = /^[a-zA-Z0-9-]+$/
// The rule `langtag` of RFC 5646 section 2.1 in lower case: language, script, region, variants,
// extensions, private use. No subtag can be taken in two ways, so matching never goes back far.
const langtag =
  /^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$/
const privateUse = /^x(?:-[a-z\d]{1,8})+$/
const variant = /^(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3})$/
const singleton = /^[a-wyz0-9]$/
const extension = /^[a-z0-9]{2,8}$/

/**
 * Whether a value is a well-formed language tag, which is what lexicons ask for. Letter case does
 * not matter, except that the primary subtag is lower-case.
 */
export function isLanguage(value: unknown): value is Language {
  if (typeof value !== 'string') return false
  if (usual.test(value)) return true
  if (!ascii.test(value)) return false
  const tag = value.toLowerCase()
  if (irregular.has(tag) || privateUse.test(tag)) return true
  return langtag.test(tag) && value.startsWith(tag.split('-', 1)[0]!)
}

/** The text as a well-formed language tag. @throws InvalidLanguageError */
export function parseLanguage(text: string): Language {
  if (!isLanguage(text)) throw new InvalidLanguageError(text)
  return text
}

/**
 * Whether a well-formed tag says nothing twice: no variant and no kind of extension. The
 * specification has records with such tags accepted, and clients ignore the tags.
 */
export function isValidLanguage(tag: Language): boolean {
  const subtags = withoutPrivateUse(tag.toLowerCase()).split('-')
  const seen = new Set<string>()
  for (let at = 1; at < subtags.length; at++) {
    const subtag = subtags[at]!
    const isExtension = singleton.test(subtag)
    if ((isExtension || variant.test(subtag)) && seen.size === seen.add(subtag).size) return false
    if (isExtension) while (extension.test(subtags[at + 1] ?? '')) at++
  }
  return true
}

function withoutPrivateUse(tag: string): string {
  return tag.split(/(?:^|-)x-/, 1)[0]!
}
