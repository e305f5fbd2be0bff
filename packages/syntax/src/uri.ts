import { InvalidUriError } from './errors.ts'

/** A URI of any scheme. */
export type Uri = `${string}:${string}`

const maxLength = 8192
// The scheme is RFC 3986's. What follows is left open but for white space and control characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const pattern = /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s\u0000-\u001f\u007f]+$/

/** Whether a value is a URI: a scheme, a colon, and something after it. */
export function isUri(value: unknown): value is Uri {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value)
}

/** @throws InvalidUriError */
export function parseUri(text: string): Uri {
  if (!isUri(text)) throw new InvalidUriError(text)
  return text
}
