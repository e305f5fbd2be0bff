import { InvalidHandleError } from './errors.ts'

/** A domain name that stands for an account: https://atproto.com/specs/handle */
export type Handle = `${string}.${string}`

const maxLength = 253
const pattern = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/

// Names that never resolve on the public internet. `.test` is left to the app: development needs
// it.
const disallowedTlds = new Set(['alt', 'arpa', 'example', 'internal', 'invalid', 'local', 'localhost', 'onion'])

/** Whether a value is a handle by syntax, in any letter case. */
export function isHandle(value: unknown): value is Handle {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value)
}

/** Keeps the letter case it finds. @throws InvalidHandleError */
export function parseHandle(text: string): Handle {
  if (!isHandle(text)) throw new InvalidHandleError(text)
  return text
}

/** The lower-case form under which handles are stored and compared. @throws InvalidHandleError */
export function normalizeHandle(text: string): Handle {
  return parseHandle(text).toLowerCase() as Handle // lower-casing ASCII keeps the syntax
}

/** Whether a handle ends in a top-level domain that no account may register under. */
export function isDisallowedTld(handle: Handle): boolean {
  return disallowedTlds.has(handle.slice(handle.lastIndexOf('.') + 1).toLowerCase())
}
