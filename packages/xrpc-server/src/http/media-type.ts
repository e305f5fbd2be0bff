/** A type and a subtype, each a token: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2, as long as a registered name may be. */
const form = /^[\w!#$%&'*+.^`|~-]{1,127}\/[\w!#$%&'*+.^`|~-]{1,127}$/

/** `Application/JSON; charset=utf-8` is `application/json`; what is no media type is `undefined`. */
export function mediaType(header: string | null): string | undefined {
  if (header === null) return undefined
  if (header === 'application/json') return header
  const end = header.indexOf(';')
  const type = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase()
  return form.test(type) ? type : undefined
}

/** Whether a media type is what a lexicon asks for: exactly, as `video/*`, or anything at all. */
export function matchesMediaType(pattern: string, type: string): boolean {
  if (pattern === type || pattern === '*/*') return true
  return pattern.split(',').some((each) => {
    const wanted = each.trim().toLowerCase()
    return wanted === type || wanted === '*/*' || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)))
  })
}
