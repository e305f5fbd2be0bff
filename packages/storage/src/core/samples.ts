import { type Cid, cidOfRaw } from '@atoll/data-model'
import { type Datetime, parseDatetime, parseDid, parseTid, type Tid } from '@atoll/syntax'

/** DIDs of sample accounts. */
export const alice = parseDid('did:plc:alicealicealicealicealic')
export const bob = parseDid('did:plc:bobbobbobbobbobbobbobbob')
export const carol = parseDid('did:web:carol.test')

/** Rising revs: `rev(1) < rev(2)`. */
export function rev(n: number): Tid {
  const digits = '234567abcdefghijklmnopqrstuvwxyz'
  let text = ''
  for (let rest = n; text.length < 9; rest = Math.floor(rest / 32)) text = digits[rest % 32] + text
  return parseTid(`3jzf${text}`)
}

/** Rising moments, a second apart. */
export function time(n: number): Datetime {
  return parseDatetime(new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString())
}

/** The CID of a blob. */
export function blobCid(text: string): Cid {
  return cidOfRaw(new TextEncoder().encode(text))
}

/** Everything an async source yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/**
 * Whether two byte arrays, such as a Buffer and a Uint8Array, are equal. For large ones; `hex`
 * gives a better failure message for small ones.
 */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, at) => byte === b[at])
}

/** `length` bytes that count up from 0. */
export function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index)
}

/** Bytes that an adapter may return as a Buffer, in a form to compare. */
export function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
