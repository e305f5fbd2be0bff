import { XrpcError } from '@atoll/xrpc'

export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'br' | 'zstd'

/** Codings by what the client gave them, `*` included. */
type Weights = ReadonlyMap<string, number>

const maxCached = 256
const parsed = new Map<string, Weights>()

/**
 * Picks the coding for an answer: the one the client likes best, ties by the order of `available`.
 * `identity` is always available, and acceptable unless the client rules it out.
 * @throws XrpcError 400 for a header that is not well-formed, 406 when nothing available is acceptable.
 */
export function negotiateCoding(header: string | null, available: readonly ContentCoding[]): ContentCoding {
  if (header === null || header === '') return 'identity'
  const weights = parseAcceptEncoding(header)
  let best: ContentCoding | undefined
  let bestWeight = 0
  for (const coding of available) {
    const weight = weightOf(weights, coding)
    if (weight > bestWeight) [best, bestWeight] = [coding, weight]
  }
  if (weightOf(weights, 'identity') > bestWeight) return 'identity'
  if (best === undefined) throw new XrpcError('NotAcceptable', `none of the codings in "${header}" is available`)
  return best
}

/** True when the client would rather have no answer than a plain one. */
export function forbidsIdentity(header: string | null): boolean {
  return header !== null && header !== '' && weightOf(parseAcceptEncoding(header), 'identity') === 0
}

function weightOf(weights: Weights, coding: ContentCoding): number {
  const explicit = weights.get(coding) ?? weights.get('*')
  // Said by nobody, identity is welcome, but less than anything that was asked for.
  return explicit ?? (coding === 'identity' ? 0.0001 : 0)
}

/** @throws XrpcError 400, naming the part that is malformed. */
export function parseAcceptEncoding(header: string): Weights {
  const known = parsed.get(header)
  if (known) return known
  const weights = new Map<string, number>()
  for (const part of header.split(',')) {
    if (part.trim() === '') continue
    const [coding, weight] = parsePart(part.trim())
    weights.set(coding, weight)
  }
  if (parsed.size >= maxCached) parsed.clear()
  if (header.length <= 128) parsed.set(header, weights)
  return weights
}

const partForm = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i

function parsePart(part: string): [string, number] {
  const match = partForm.exec(part)
  if (!match) throw new XrpcError('InvalidRequest', `Invalid accept-encoding: "${part}"`)
  const coding = match[1]!.toLowerCase()
  return [coding === 'x-gzip' ? 'gzip' : coding, match[2] === undefined ? 1 : Number(match[2])]
}
