/** Range and conditional requests: https://www.rfc-editor.org/rfc/rfc9110#section-14 */
import { XrpcError } from '@atoll/xrpc'
import type { RouterRequest } from './messages.ts'

/** Bytes `start` to `end`, both inclusive and within the representation. */
export interface RequestedPart {
  readonly start: number
  readonly end: number
}

/** What a request may name a part of. */
export interface Representation {
  /** In bytes. */
  readonly size: number
  /** A strong entity tag, quotation marks included: other bytes have another tag. */
  readonly etag: string
}

/**
 * The part of a representation that a GET asks for, or undefined for the whole of it: also where
 * the request names several ranges or a unit other than bytes, has `If-Range` with another tag or
 * with a date, or cannot be understood.
 *
 * @throws XrpcError RangeNotSatisfiable when the range begins after the last byte
 */
export function requestedPart(
  { method, headers }: Pick<RouterRequest, 'method' | 'headers'>,
  { size, etag }: Representation,
): RequestedPart | undefined {
  const header = method === 'GET' ? headers.get('range') : null
  if (header === null) return undefined
  const condition = headers.get('if-range')
  if (condition !== null && condition.trim() !== etag) return undefined
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && first !== '' && Number(last) < Number(first)) return undefined
  if (start > end) {
    throw new XrpcError('RangeNotSatisfiable', `the range begins after the last of ${size} bytes`, {
      headers: { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' },
    })
  }
  return { start, end }
}

/**
 * Whether the conditions of a GET or HEAD say that the client has this representation. They go
 * before its range. A representation has no date here, so conditions with one are passed over.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 *
 * @throws XrpcError PreconditionFailed when `If-Match` asks for other representations only
 */
export function isUnchanged({ headers }: Pick<RouterRequest, 'headers'>, etag: string): boolean {
  const wanted = headers.get('if-match')
  if (wanted !== null && !tagsOf(wanted).some((tag) => tag === '*' || tag === etag)) {
    throw new XrpcError('PreconditionFailed', `If-Match names none that is here, which is ${etag}`, {
      headers: { etag },
    })
  }
  const known = headers.get('if-none-match')
  // Compared weakly: a compressed copy is as good.
  return known !== null && tagsOf(known).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim())
}
