import { type Did, isDid } from './did.ts'
import { InvalidAtIdentifierError } from './errors.ts'
import { type Handle, isHandle } from './handle.ts'

/** What names an account: a DID or a handle. */
export type AtIdentifier = Did | Handle

/** Whether a value is a DID or a handle; no text is both. */
export function isAtIdentifier(value: unknown): value is AtIdentifier {
  return isDid(value) || isHandle(value)
}

/** The text as a DID or handle. @throws InvalidAtIdentifierError */
export function parseAtIdentifier(text: string): AtIdentifier {
  if (!isAtIdentifier(text)) throw new InvalidAtIdentifierError(text)
  return text
}
