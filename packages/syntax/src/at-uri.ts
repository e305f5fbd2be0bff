import { type AtIdentifier, isAtIdentifier } from './at-identifier.ts'
import { InvalidAtUriError } from './errors.ts'
import { isNsid, type Nsid } from './nsid.ts'
import { isRecordKey, type RecordKey } from './record-key.ts'

/** The address of an account, a collection or a record: https://atproto.com/specs/at-uri-scheme */
export type AtUri = `at://${string}`

/** What an AT-URI is made of. */
export interface AtUriParts {
  authority: AtIdentifier
  collection?: Nsid
  rkey?: RecordKey
}

const scheme = 'at://'
const maxLength = 8192

/**
 * Whether a value is an AT-URI in the restricted form that lexicons use: no query, no fragment, no
 * trailing slash.
 */
export function isAtUri(value: unknown): value is AtUri {
  return typeof value === 'string' && split(value) !== undefined
}

/** The text as an AT-URI. @throws InvalidAtUriError */
export function parseAtUri(text: string): AtUri {
  if (!isAtUri(text)) throw new InvalidAtUriError(text)
  return text
}

/** The parts of an AT-URI. @throws InvalidAtUriError when the text was never checked */
export function splitAtUri(uri: AtUri): AtUriParts {
  const parts = split(uri)
  if (parts === undefined) throw new InvalidAtUriError(uri)
  return parts
}

/**
 * The AT-URI of an account, a collection in it, or a record in that.
 * @throws InvalidAtUriError for a key without collection
 */
export function formatAtUri({ authority, collection, rkey }: AtUriParts): AtUri {
  if (collection === undefined) {
    if (rkey !== undefined) throw new InvalidAtUriError(`${scheme}${authority}//${rkey}`)
    return `${scheme}${authority}`
  }
  return rkey === undefined ? `${scheme}${authority}/${collection}` : `${scheme}${authority}/${collection}/${rkey}`
}

function split(text: string): AtUriParts | undefined {
  if (text.length > maxLength || !text.startsWith(scheme)) return undefined
  const [authority, collection, rkey, ...more] = text.slice(scheme.length).split('/', 4)
  if (!isAtIdentifier(authority) || more.length > 0) return undefined
  if (collection === undefined) return { authority }
  if (!isNsid(collection)) return undefined
  if (rkey === undefined) return { authority, collection }
  return isRecordKey(rkey) ? { authority, collection, rkey } : undefined
}
