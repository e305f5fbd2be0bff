/**
 * Two tokens, each as long as a registered name may be:
 * https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
 */
const form = /^[\w!#$%&'*+.^`|~-]{1,127}\/[\w!#$%&'*+.^`|~-]{1,127}$/

/**
 * The media type of a header in lower case, without parameters; `undefined` for anything malformed.
 */
export function mediaType(header: string | null): string | undefined {
  if (header === null) return undefined
  if (header === 'application/json') return header
  const end = header.indexOf(';')
  const type = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase()
  return form.test(type) ? type : undefined
}

/** Whether a media type matches what a lexicon asks for: one of a list, `video/*`, or any. */
export function matchesMediaType(pattern: string, type: string): boolean {
  if (pattern === type || pattern === '*/*') return true
  return pattern.split(',').some((each) => {
    const wanted = each.trim().toLowerCase()
    return wanted === type || wanted === '*/*' || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)))
  })
}
