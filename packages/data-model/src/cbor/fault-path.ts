import { isCid } from '../cid/is-cid.ts'
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

/** The error of a decoder with the path to its fault, if it is one of the bytes from `start` on. */
export function withPathOfByte(error: unknown, bytes: Uint8Array, start: number): unknown {
  if (!(error instanceof CborError)) return error
  const path = pathOfByte(bytes, start, error.offset)
  return path === undefined ? error : new CborError(error.reason, error.offset, error.fault, path)
}

/**
 * The JSON pointer to the value that holds the byte at `fault`, in bytes that are good DAG-CBOR
 * from `start` up to there. `undefined` if the value ends before it. A fault of a key is one of
 * its map.
 */
function pathOfByte(bytes: Uint8Array, start: number, fault: number): string | undefined {
  const path: Path = []
  let at = start
  /** Of the last head: a length, a count or a number. */
  let argument = 0

  function readHead(): number {
    const head = bytes[at++]!
    argument = head & 31
    if (argument >= 24) {
      const end = at + (1 << (argument - 24))
      for (argument = 0; at < end; at++) argument = argument * 256 + bytes[at]!
    }
    return head >> 5
  }

  /** Moves behind a value, or stops within it because the fault is there. */
  function findInValue(): boolean {
    if (at >= fault) return true
    const major = readHead()
    if (major === 4 || major === 5) return findInMembers(argument, major === 5)
    if (major === 6) return findInValue()
    if (major === 2 || major === 3) at += argument
    return fault < at
  }

  function findInMembers(count: number, isMap: boolean): boolean {
    for (let index = 0; index < count; index++) {
      if (isMap && findInValue()) return true
      path.push(isMap ? (decodeText(bytes, at - argument, at) ?? '') : index)
      if (findInValue()) return true
      path.pop()
    }
    return false
  }

  return findInValue() ? pointer(path, path.length) : undefined
}
