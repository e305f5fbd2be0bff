import { RefusedRequestError } from '../errors.ts'

export interface RedirectRules {
  /** Throws for a URL that may not be asked; called for the first one as well. */
  check: (url: URL) => void
  send: (url: URL) => Promise<Response>
  maxRedirects: number
}

/**
 * Sends a request, and follows redirects if `init` asks for that. Without being asked for, they are
 * refused.
 */
export async function sendFollowing(
  start: URL,
  init: RequestInit,
  { check, send, maxRedirects }: RedirectRules,
): Promise<{ response: Response; url: URL }> {
  let url = start
  for (let hop = 0; ; hop++) {
    check(url)
    const response = await send(url)
    const location = redirectIn(response)
    if (location === undefined || init.redirect === 'manual') return { response, url }
    await response.body?.cancel()
    const fault = hop < maxRedirects ? redirectFault(init) : `over ${maxRedirects} redirects`
    if (fault) throw new RefusedRequestError(url.host, fault)
    if (!URL.canParse(location, url)) throw new RefusedRequestError(url.host, 'a malformed redirect')
    url = new URL(location, url)
  }
}

function redirectIn(response: Response): string | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  return response.headers.get('location') ?? undefined
}

/** Only what carries nothing of ours may be sent on to another place. */
function redirectFault({ redirect, method = 'GET', headers }: RequestInit): string | undefined {
  if (redirect !== 'follow') return 'a redirect'
  if (!['GET', 'HEAD'].includes(method.toUpperCase())) return 'a redirect of a request with a body'
  if (new Headers(headers).has('authorization')) return 'a redirect of a request with a token'
  return undefined
}
