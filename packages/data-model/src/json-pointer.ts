/**
 * The keys that led to where a conversion is; beyond its depth, leftovers. One for all, since a new
 * one for each small value shows: a getter that converts on its own account could at worst falsify
 * the path in an error message.
 */
export const sharedPath: (string | number)[] = []

/** The JSON pointer (RFC 6901) that the first `depth` keys of a path make. */
export function pointer(path: readonly (string | number)[], depth: number): string {
  let text = ''
  for (let index = 0; index < depth; index++) {
    text += `/${String(path[index]).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }
  return text
}
