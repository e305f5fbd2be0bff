import type { Nsid } from '@atoll/syntax'

/** The keys between two others, both excluded. `undefined` is no bound. */
export interface KeyRange {
  readonly after: string | undefined
  readonly before: string | undefined
}

export const everything: KeyRange = { after: undefined, before: undefined }

/** The first string that sorts after everything that starts with `prefix`. Keys are ASCII. */
export function endOfPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}

/** The keys of a collection: none of them is `collection/` itself. */
export function collectionRange(collection: Nsid): KeyRange {
  const prefix = `${collection}/`
  return { after: prefix, before: endOfPrefix(prefix) }
}

export function contains({ after, before }: KeyRange, key: string): boolean {
  return (after === undefined || key > after) && (before === undefined || key < before)
}

export function overlap(a: KeyRange, b: KeyRange): boolean {
  return startsBelow(a, b) && startsBelow(b, a)
}

/** The range of child `index` of a node that has these `keys` and lies in `range`. */
export function rangeOfChild(range: KeyRange, keys: readonly string[], index: number): KeyRange {
  return { after: keys[index - 1] ?? range.after, before: keys[index] ?? range.before }
}

function startsBelow(a: KeyRange, b: KeyRange): boolean {
  return a.after === undefined || b.before === undefined || a.after < b.before
}
