import type { Value, ValueMap } from '@atoll/data-model'
import { isAtUri, isDid, type Nsid } from '@atoll/syntax'

type LinkOf = (record: ValueMap) => string | undefined

/** The kinds of record of which an account has one for each thing at most, and how each says what that thing is. */
const links: { readonly [collection: Nsid]: LinkOf } = {
  'app.bsky.feed.like': subjectUri,
  'app.bsky.feed.repost': subjectUri,
  'app.bsky.graph.follow': subjectDid,
  'app.bsky.graph.block': subjectDid,
}

/** What a record points at, where there should be one record for each: the post of a like or repost, the account of a follow or block. */
export function linkOf(collection: Nsid, record: ValueMap): string | undefined {
  return Object.hasOwn(links, collection) ? links[collection]?.(record) : undefined
}

function subjectUri({ subject }: ValueMap): string | undefined {
  const uri = isMap(subject) ? subject['uri'] : undefined
  return isAtUri(uri) ? uri : undefined
}

function subjectDid({ subject }: ValueMap): string | undefined {
  return isDid(subject) ? subject : undefined
}

function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
