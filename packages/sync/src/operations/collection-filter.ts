import { isNsid, type Nsid } from '@atoll/syntax'

/** A collection, or all that begin with the same segments: `app.bsky.feed.*`. */
export type CollectionPattern = Nsid | `${string}.*`

/** Whether a record at a path, or in a collection, is wanted. */
export type CollectionFilter = (path: string) => boolean

/** @throws TypeError for what is neither a collection nor a pattern */
export function collectionFilter(patterns: readonly CollectionPattern[]): CollectionFilter {
  const collections = new Set<string>()
  const prefixes: string[] = []
  for (const pattern of patterns) {
    if (isNsid(pattern)) collections.add(pattern)
    else if (/^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.\*$/.test(pattern)) prefixes.push(pattern.slice(0, -1))
    else throw new TypeError(`not a collection, nor a pattern such as app.bsky.feed.*: ${JSON.stringify(pattern)}`)
  }
  return (path) => {
    const slash = path.indexOf('/')
    if (collections.has(slash < 0 ? path : path.slice(0, slash))) return true
    return prefixes.some((prefix) => path.startsWith(prefix))
  }
}
