import type { Value, ValueMap } from '@atoll/data-model'
import { isAtUri, isDid, type Nsid } from '@atoll/syntax'

type SubjectOf = (record: ValueMap) => string | undefined

/**
 * The kinds of record of which an account has one for each subject at most, and how each names its
 * subject.
 */
const subjects: { readonly [collection: Nsid]: SubjectOf } = {
  'app.bsky.feed.like': subjectUri,
  'app.bsky.feed.repost': subjectUri,
  'app.bsky.graph.follow': subjectDid,
  'app.bsky.graph.block': subjectDid,
}

/**
 * The subject of a record of which there should be one for each: the post of a like or repost, the
 * account of a follow or block.
 */
export function subjectOf(collection: Nsid, record: ValueMap): string | undefined {
  return Object.hasOwn(subjects, collection) ? subjects[collection]?.(record) : undefined
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
