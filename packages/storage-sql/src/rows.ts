import { type Cid, decodeCid } from '@atoll/data-model'

/** A boolean as 1 or 0, which every database stores and returns in the same way. */
export type Flag = 0 | 1

/** Columns hold null where the interfaces have undefined. */
export function orUndefined<T>(value: T | null): T | undefined {
  return value ?? undefined
}

/**
 * The CID in a column. The bytes are copied, because a driver's buffer may be a view of a larger
 * one.
 */
export function cidOf(bytes: Uint8Array): Cid {
  return decodeCid(new Uint8Array(bytes))
}
