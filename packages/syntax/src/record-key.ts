import type { Branded } from './brand.ts'
import { InvalidRecordKeyError } from './errors.ts'
import { isNormalizedNsid } from './nsid.ts'
import { isTid } from './tid.ts'

/** The name of a record within its collection: https://atproto.com/specs/record-key */
export type RecordKey = Branded<'recordKey'>

/** Which record keys a collection's lexicon allows. */
export type RecordKeyKind = 'tid' | 'nsid' | 'any' | `literal:${string}`

const pattern = /^[a-zA-Z0-9_~.:-]{1,512}$/

/** Whether a value is a record key of any kind. */
export function isRecordKey(value: unknown): value is RecordKey {
  return typeof value === 'string' && pattern.test(value) && value !== '.' && value !== '..'
}

/** The text as a record key of any kind. @throws InvalidRecordKeyError */
export function parseRecordKey(text: string): RecordKey {
  if (!isRecordKey(text)) throw new InvalidRecordKeyError(text)
  return text
}

/** Whether a value is what a lexicon may say under `key`. */
export function isRecordKeyKind(value: unknown): value is RecordKeyKind {
  if (value === 'tid' || value === 'nsid' || value === 'any') return true
  return typeof value === 'string' && value.startsWith('literal:') && isRecordKey(literalOf(value))
}

/**
 * Whether a record key is of the kind that its collection asks for. An NSID must be normalized, so
 * that no two keys mean the same.
 */
export function matchesRecordKeyKind(kind: RecordKeyKind, rkey: string): boolean {
  switch (kind) {
    case 'any':
      return isRecordKey(rkey)
    case 'tid':
      return isTid(rkey)
    case 'nsid':
      return isNormalizedNsid(rkey)
    default:
      return rkey === literalOf(kind) && isRecordKey(rkey)
  }
}

function literalOf(kind: string): string {
  return kind.slice('literal:'.length)
}
