import { isCid } from '../cid/cid.ts'
import { CborError } from '../errors.ts'
import { pointer } from '../json-pointer.ts'
import { isPlain } from '../plain-object.ts'
import { decodeText } from '../text.ts'
import { isLongInteger } from '../value.ts'

/**
 * Where faults lie, found by a second look after the encoder or the decoder has refused something:
 * keeping track on the way would slow down all that is in order.
 */

type Path = (string | number)[]

/**
 * The JSON pointer to the first part of a value that cannot be written; `undefined` if there is
 * none.
 */
export function faultPath(value: unknown, maxDepth: number): string | undefined {
  const path: Path = []
  return findFault(value, maxDepth, path) ? pointer(path, path.length) : undefined
}

function findFault(value: unknown, levels: number, path: Path): boolean {
  if (typeof value !== 'object' || value === null) return !isWritable(value)
  if (Array.isArray(value)) return levels === 0 || value.some((item, index) => isFaulty(item, index, levels, path))
  if (!isPlain(value)) return !isCid(value) && !(value instanceof Uint8Array)
  return levels === 0 || Object.entries(value).some(([key, member]) => isFaulty(member, key, levels, path))
}

function isFaulty(member: unknown, key: string | number, levels: number, path: Path): boolean {
  path.push(key)
  if ((typeof key === 'string' && !key.isWellFormed()) || findFault(member, levels - 1, path)) return true
  path.pop()
  return false
}

function isWritable(scalar: unknown): boolean {
  switch (typeof scalar) {
    case 'string':
      return scalar.isWellFormed()
    case 'number':
      return Number.isSafeInteger(scalar)
    case 'bigint':
      return isLongInteger(scalar)
    default:
      return scalar === null || typeof scalar === 'boolean'
  }
}

/**
 * The JSON pointer to the value that holds the byte at `fault`, in bytes that are good DAG-CBOR
 * from `start` up to there. `undefined` if the value ends before it. A fault of a key is one of
 * its map.
 */
function pathOfByte(bytes: Uint8Array, start: number, fault: number): string | undefined {
  const path: Path = []
  return skipValue(bytes, start, fault, path) === FOUND ? pointer(path, path.length) : undefined
}

/** The error of a decoder with the path to its fault, if it is one of the bytes from `start` on. */
export function withPathOfByte(error: unknown, bytes: Uint8Array, start: number): unknown {
  if (!(error instanceof CborError)) return error
  const path = pathOfByte(bytes, start, error.offset)
  return path === undefined ? error : new CborError(error.reason, error.offset, error.fault, path)
}

const FOUND = -1

/** Where the value at `at` ends, or `FOUND`. */
function skipValue(bytes: Uint8Array, at: number, fault: number, path: Path): number {
  if (at >= fault) return FOUND
  const { major, argument, next } = readHead(bytes, at)
  if (major === 4) return skipMembers(bytes, next, fault, argument, path, false)
  if (major === 5) return skipMembers(bytes, next, fault, argument, path, true)
  if (major === 6) return skipLink(bytes, next, fault)
  const end = major === 2 || major === 3 ? next + argument : next
  return fault < end ? FOUND : end
}

function skipMembers(
  bytes: Uint8Array,
  start: number,
  fault: number,
  count: number,
  path: Path,
  isMap: boolean,
): number {
  let at = start
  for (let index = 0; index < count; index++) {
    let key: string | number = index
    if (isMap) {
      if (at >= fault) return FOUND
      const { argument, next } = readHead(bytes, at)
      at = next + argument
      if (fault < at) return FOUND
      key = decodeText(bytes, next, at) ?? ''
    }
    path.push(key)
    at = skipValue(bytes, at, fault, path)
    if (at === FOUND) return FOUND
    path.pop()
  }
  return at
}

function skipLink(bytes: Uint8Array, at: number, fault: number): number {
  const { argument, next } = readHead(bytes, at)
  return fault < next + argument ? FOUND : next + argument
}

function readHead(bytes: Uint8Array, at: number): { major: number; argument: number; next: number } {
  const head = bytes[at]!
  const info = head & 31
  if (info < 24) return { major: head >> 5, argument: info, next: at + 1 }
  const next = at + 1 + (1 << (info - 24))
  let argument = 0
  for (let index = at + 1; index < next; index++) argument = argument * 256 + bytes[index]!
  return { major: head >> 5, argument, next }
}
