import { InvalidDidError } from './errors.ts'

/** A decentralised identifier, of whatever method: https://atproto.com/specs/did */
export type Did = `did:${string}:${string}`

const maxLength = 2048
const pattern = /^did:[a-z]+:[\w.:%-]*[\w.-]$/

/**
 * Whether a value is a DID by syntax; whether its method is one that the network knows is not
 * asked.
 */
export function isDid(value: unknown): value is Did {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value)
}

/** The text as a DID. @throws InvalidDidError */
export function parseDid(text: string): Did {
  if (!isDid(text)) throw new InvalidDidError(text)
  return text
}

/**
 * The different DIDs that a name's TXT records claim as `did=…`, in their order. A single one is
 * the owner of a handle or an NSID; several are a mistake of the name's owner. Other records are
 * ignored.
 */
export function didsInTxt(records: readonly string[]): Did[] {
  const values = records.map((text) => text.trim()).filter((text) => text.startsWith('did='))
  return [...new Set(values.map((text) => text.slice('did='.length)).filter(isDid))]
}
