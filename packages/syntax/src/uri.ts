import { InvalidUriError } from './errors.ts'

/** A URI of any scheme: https://atproto.com/specs/lexicon#uri */
export type Uri = `${string}:${string}`

const maxBytes = 8192
// The scheme is RFC 3986's. Of what follows, only white space and control characters are refused:
// posts link to pages as people paste them, with letters that RFC 3986 would want percent-encoded.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const pattern = /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s\u0000-\u001f\u007f-\u009f]+$/

/** Whether a value is a URI: a scheme, a colon, and something after it. */
export function isUri(value: unknown): value is Uri {
  return typeof value === 'string' && value.length <= maxBytes && pattern.test(value) && fits(value)
}

/** The text as a URI. @throws InvalidUriError */
export function parseUri(text: string): Uri {
  if (!isUri(text)) throw new InvalidUriError(text)
  return text
}

// UTF-8 takes at most three bytes for each unit of a string.
function fits(text: string): boolean {
  return text.length * 3 <= maxBytes || new TextEncoder().encode(text).length <= maxBytes
}
