import { sha256 } from '@atoll/data-model'
import { isNsid, isRecordKey, type Nsid, type RecordKey } from '@atoll/syntax'
import { InvalidPathError } from './errors.ts'
import { maxPathLength } from './limits.ts'

const keyPattern = /^[a-zA-Z0-9_~.:-]+\/[a-zA-Z0-9_~.:-]+$/

/** Whether a tree may have `text` as a key: two segments of the allowed characters, at most 1,024 bytes. */
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

/** The collection and record key of a path; `undefined` when it is not one. */
export function splitPath(path: string): { collection: Nsid; rkey: RecordKey } | undefined {
  const slash = path.indexOf('/')
  const collection = path.slice(0, slash)
  const rkey = path.slice(slash + 1)
  return slash > 0 && isNsid(collection) && isRecordKey(rkey) ? { collection, rkey } : undefined
}

/** How many characters two keys have in common at their start. */
export function commonPrefixLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

/** The layer of the tree that a key belongs to: the leading zero bits of its SHA-256, in pairs. */
export function layerOf(key: string): number {
  const digest = sha256(asciiBytes(key))
  let layer = 0
  for (const byte of digest) {
    if (byte === 0) {
      layer += 4
      continue
    }
    return layer + ((Math.clz32(byte) - 24) >> 1)
  }
  return layer
}

let scratch: Uint8Array | undefined

/** A view that holds until the next call. Keys are ASCII. */
function asciiBytes(text: string): Uint8Array {
  if (scratch === undefined || scratch.length < text.length)
    scratch = new Uint8Array(Math.max(text.length, maxPathLength))
  for (let index = 0; index < text.length; index++) scratch[index] = text.charCodeAt(index)
  return scratch.subarray(0, text.length)
}
