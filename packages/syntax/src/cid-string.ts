import type { Branded } from './brand.ts'
import { InvalidCidStringError } from './errors.ts'

/**
 * A CID as text, in any multibase: what the lexicon format `cid` admits. `@atoll/data-model` parses
 * the stricter kind.
 */
export type CidString = Branded<'cid'>

const pattern = /^[a-zA-Z0-9+=]{8,256}$/
// Version 0 has no multibase prefix, and the data model has no version 0.
const versionZero = 'Qm'

/** Whether a value may be a CID; its bytes are not decoded. */
export function isCidString(value: unknown): value is CidString {
  return typeof value === 'string' && pattern.test(value) && !value.startsWith(versionZero)
}

/** The text as a CID. @throws InvalidCidStringError */
export function parseCidString(text: string): CidString {
  if (!isCidString(text)) throw new InvalidCidStringError(text)
  return text
}
