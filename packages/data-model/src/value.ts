import type { Cid } from './cid/cid.ts'

/**
 * Anything the data model can hold. Numbers are integers within ±(2^53 - 1); other integers of 64
 * bits are a `bigint`. They come from CBOR: JSON with such an integer is refused, unless it is read
 * with `longIntegers`.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Cid | Value[] | ValueMap

/**
 * Whether an integer is one of 64 bits that no number holds exactly: the only kind that a `bigint`
 * stands for.
 */
export function isLongInteger(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value && !Number.isSafeInteger(Number(value))
}

/** A map of the data model: a plain object. */
export interface ValueMap {
  [key: string]: Value
}

/** What `JSON.parse` can return. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Bounds for reading and writing. Whatever passes them is refused before memory is spent on it. */
export interface Limits {
  /** Containers within containers: a scalar has depth 0, `[]` has 1. Default 32, at most 512. */
  maxDepth?: number
  /** Length of the input in bytes, or of the output; for JSON text, in chars. Default 8 MiB. */
  maxBytes?: number
  /** Values in all, those inside containers included. Default 1,048,576. */
  maxItems?: number
}

const DEFAULT_MAX_DEPTH = 32
export const DEFAULT_MAX_BYTES = 8 * 1024 * 1024
export const DEFAULT_MAX_ITEMS = 1024 * 1024
const DEEPEST = 512

/** The depth limit in force; one that the stack could not bear is a mistake of the caller. */
export function depthLimit(maxDepth = DEFAULT_MAX_DEPTH): number {
  if (maxDepth > DEEPEST) throw new RangeError(`maxDepth ${maxDepth} is over ${DEEPEST}`)
  return maxDepth
}
