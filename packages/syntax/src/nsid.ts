import { InvalidNsidError } from './errors.ts'

/** The name of a schema: a reversed domain and a name. https://atproto.com/specs/nsid */
export type Nsid = `${string}.${string}.${string}`

// The specification also says that the authority has at most 253 characters; its own vectors hold a
// valid one of 283.
const maxLength = 317
const pattern =
  /^[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/

const upperCaseInDomain = /[A-Z][^.]*\./

/** Whether a value is an NSID: no wildcard, no fragment. */
export function isNsid(value: unknown): value is Nsid {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value)
}

/** The text as an NSID. @throws InvalidNsidError */
export function parseNsid(text: string): Nsid {
  if (!isNsid(text)) throw new InvalidNsidError(text)
  return text
}

/**
 * Whether a value is an NSID with its domain in lower case, as collections are stored. The name may
 * have any case.
 */
export function isNormalizedNsid(value: unknown): value is Nsid {
  return isNsid(value) && !upperCaseInDomain.test(value)
}

/**
 * The NSID with its domain, which is not case-sensitive, in lower case. The name, which is, stays
 * as it is.
 * @throws InvalidNsidError
 * @example normalizeNsid('App.Bsky.feed.getPosts') // 'app.bsky.feed.getPosts'
 */
export function normalizeNsid(text: string): Nsid {
  const nsid = parseNsid(text)
  const name = nsid.lastIndexOf('.')
  return (nsid.slice(0, name).toLowerCase() + nsid.slice(name)) as Nsid // lower-casing ASCII keeps the syntax
}

/**
 * The domain that controls an NSID, in DNS order and lower case.
 * @example nsidAuthority('app.bsky.feed.post') // 'feed.bsky.app'
 */
export function nsidAuthority(nsid: Nsid): string {
  return nsid.slice(0, nsid.lastIndexOf('.')).split('.').reverse().join('.').toLowerCase()
}

/** The last part of an NSID. @example nsidName('app.bsky.feed.post') // 'post' */
export function nsidName(nsid: Nsid): string {
  return nsid.slice(nsid.lastIndexOf('.') + 1)
}
