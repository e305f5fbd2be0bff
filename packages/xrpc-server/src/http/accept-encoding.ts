export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'br' | 'zstd'

/** Codings by what the client gave them, `*` included. */
type Weights = ReadonlyMap<string, number>

/** For a header without a usable preference. */
const noWeights: Weights = new Map()

/**
 * Picks the coding for an answer: the one the client likes best, ties by the order of `available`. A header that is malformed, or that
 * rules out everything, gets `identity`: a plain answer serves the client better than a refusal.
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

/** True when the client would rather have no answer than a plain one. */
export function forbidsIdentity(header: string | null): boolean {
  return header !== null && header !== '' && weightOf(parseAcceptEncoding(header), 'identity') === 0
}

function weightOf(weights: Weights, coding: ContentCoding): number {
  const explicit = weights.get(coding) ?? weights.get('*')
  // Said by nobody, identity is welcome, but less than anything that was asked for.
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
