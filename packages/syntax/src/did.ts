import { InvalidDidError } from './errors.ts'

/** A decentralised identifier, of whatever method: https://atproto.com/specs/did */
export type Did = `did:${string}:${string}`

const maxLength = 2048
const pattern = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/

/** Whether a value is a DID by syntax; whether its method is one that the network knows is not asked. */
export function isDid(value: unknown): value is Did {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value)
}

/** The text as a DID. @throws InvalidDidError */
export function parseDid(text: string): Did {
  if (!isDid(text)) throw new InvalidDidError(text)
  return text
}
