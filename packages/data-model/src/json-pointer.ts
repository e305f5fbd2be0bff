/** The JSON pointer (RFC 6901) that the first `depth` keys of a path make. */
export function pointer(path: readonly (string | number)[], depth: number): string {
  let text = ''
  for (let index = 0; index < depth; index++) {
    text += `/${String(path[index]).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }
  return text
}
