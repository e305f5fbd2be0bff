import { type LexiconDoc, referredDocuments } from '@atoll/lexicon'
import type { Nsid } from '@atoll/syntax'
import { LexiconResolutionError } from './errors.ts'

/** What limits following references, and where it need not go. */
export interface ReferenceOptions {
  /** Documents that need not be resolved, nor what they refer to. */
  readonly isKnown?: (nsid: Nsid) => boolean
  /** Default 256: documents are foreign, and refer to whatever they like. */
  readonly maxDocuments?: number
}

/**
 * Resolves documents, and all those that they refer to, directly or not. What was asked for comes
 * first.
 *
 * @param resolve such as `(nsid) => resolveLexicon(nsid, network)`. What it has nothing for is left
 * out: a value whose validation needs that is refused with `unknown-schema`
 * @throws LexiconResolutionError when there are too many, and whatever `resolve` throws
 */
export async function resolveWithReferences<T extends { readonly document: LexiconDoc }>(
  nsids: Iterable<Nsid>,
  resolve: (nsid: Nsid) => Promise<T | undefined>,
  { isKnown = () => false, maxDocuments = 256 }: ReferenceOptions = {},
): Promise<T[]> {
  const seen = new Set(nsids)
  const found: T[] = []
  for (let next = Array.from(seen); next.length > 0; ) {
    if (seen.size > maxDocuments) {
      throw new LexiconResolutionError(next[0]!, 'invalid', `it is one of more than ${maxDocuments} documents`)
    }
    const resolved = (await inTurns(next, resolve)).filter((lexicon) => lexicon !== undefined)
    found.push(...resolved)
    const referred = new Set(resolved.flatMap(({ document }) => referredDocuments(document)))
    next = Array.from(referred).filter((nsid) => !seen.has(nsid) && !isKnown(nsid))
    for (const nsid of next) seen.add(nsid)
  }
  return found
}

const AT_ONCE = 8

async function inTurns<T>(nsids: readonly Nsid[], resolve: (nsid: Nsid) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < nsids.length; at += AT_ONCE) {
    found.push(...(await Promise.all(nsids.slice(at, at + AT_ONCE).map(resolve))))
  }
  return found
}
