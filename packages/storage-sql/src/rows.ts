import { type Cid, decodeCid } from '@atoll/data-model'

/** 1 or 0: what every database here stores and returns in the same way, unlike a boolean. */
export type Flag = 0 | 1

/** What a column holds for "not there" is null; what the interfaces say is undefined. */
export function orUndefined<T>(value: T | null): T | undefined {
  return value ?? undefined
}

/** CIDs as columns hold them, back as values. The bytes are copied: a driver's buffer may view a larger one. */
export function cidOf(bytes: Uint8Array): Cid {
  return decodeCid(new Uint8Array(bytes))
}
