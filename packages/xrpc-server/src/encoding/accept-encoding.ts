export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'br' | 'zstd'

/** The weight that the client gave each coding, `*` included. */
type Weights = ReadonlyMap<string, number>

/** For a header without a usable preference. */
const noWeights: Weights = new Map()

/**
 * Picks the coding for a response: the one the client prefers, or the first of `available` among
 * equals. A header that is malformed, or that rules out everything, gets `identity`: a plain
 * response serves the client better than a refusal.
 */
export function negotiateCoding(header: string | null, available: readonly ContentCoding[]): ContentCoding {
  if (header === null || header === '') return 'identity'
  const weights = parseAcceptEncoding(header)
  let best: ContentCoding = 'identity'
  let bestWeight = 0
  for (const coding of available) {
    const weight = weightOf(weights, coding)
    if (weight > bestWeight) [best, bestWeight] = [coding, weight]
  }
  return weightOf(weights, 'identity') > bestWeight ? 'identity' : best
}

/** Whether the header forbids a response without a coding. */
export function forbidsIdentity(header: string | null): boolean {
  return header !== null && header !== '' && weightOf(parseAcceptEncoding(header), 'identity') === 0
}

function weightOf(weights: Weights, coding: ContentCoding): number {
  const explicit = weights.get(coding) ?? weights.get('*')
  // Unless it is named, identity is acceptable, but less so than anything that is.
  return explicit ?? (coding === 'identity' ? 0.0001 : 0)
}

/** The weights of a header; none when any part of it is malformed. */
function parseAcceptEncoding(header: string): Weights {
  const weights = new Map<string, number>()
  for (const part of header.split(',')) {
    if (part.trim() === '') continue
    const match = partForm.exec(part.trim())
    if (!match) return noWeights
    const coding = match[1]!.toLowerCase()
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, match[2] === undefined ? 1 : Number(match[2]))
  }
  return weights
}

const partForm = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i
