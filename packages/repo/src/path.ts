import { isNormalizedNsid, isRecordKey, type Nsid, type RecordKey } from '@atoll/syntax'
import { InvalidPathError } from './errors.ts'
import { maxPathLength } from './limits.ts'

const keyPattern = /^[a-zA-Z0-9_~.:-]+\/[a-zA-Z0-9_~.:-]+$/

/**
 * Whether `text` may be a key of a tree: two segments of the allowed characters, at most 1,024
 * bytes.
 */
export function isTreeKey(text: string): boolean {
  return text.length <= maxPathLength && keyPattern.test(text)
}

/** @throws InvalidPathError */
export function requireTreeKey(text: string): void {
  if (!isTreeKey(text)) throw new InvalidPathError(text)
}

/** The path of a record. @see https://atproto.com/specs/repository#repository-paths */
export function formatPath(collection: Nsid, rkey: RecordKey): string {
  return `${collection}/${rkey}`
}

/**
 * The collection and record key of a path, or `undefined` if it is not the path of a record. The
 * collection must be a normalized NSID, so that no two paths mean the same.
 */
export function splitPath(path: string): { collection: Nsid; rkey: RecordKey } | undefined {
  const slash = path.indexOf('/')
  const collection = path.slice(0, slash)
  const rkey = path.slice(slash + 1)
  return slash > 0 && isNormalizedNsid(collection) && isRecordKey(rkey) ? { collection, rkey } : undefined
}

/** How many characters two keys have in common at their start. */
export function commonPrefixLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}
