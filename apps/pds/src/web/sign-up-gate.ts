import type { Log } from '@atoll/process'
import { isHandle } from '@atoll/syntax'
import type { RouterRequest, RouterResponse } from '@atoll/xrpc-server'
import type { HumanCheck } from '../captcha/human-check.ts'
import type { Config } from '../config/config.ts'
import { readForm } from './form.ts'
import { escapeHtml } from './text-responses.ts'
import type { WebHandler } from './web-handler.ts'

interface Deps {
  readonly service: Pick<Config['service'], 'name'>
  readonly human: HumanCheck
  readonly log: Pick<Log, 'warn'>
}

/** What an app that opens the page asks for. */
interface Visit {
  readonly handle: string
  /** Returned to the app as it is, which compares it. */
  readonly state: string
  readonly scheme: 'light' | 'dark' | undefined
  readonly redirect: string
}

const path = '/gate/signup'
const maxStateLength = 512

/**
 * The page on which newcomers prove that they are people, in the browser or the web view of an app:
 * `/gate/signup?handle=…&state=…`, with `colorScheme` and `redirect_url` as apps like. It ends at
 * the address of the app, with `code` and `state` in the query; the code is the `verificationCode`
 * of createAccount.
 */
export function signUpGate(deps: Deps): WebHandler {
  return async (request) => {
    if (request.path !== path) return undefined
    const visit = visitOf(request, deps.human.redirects)
    if (typeof visit === 'string') return page(deps, undefined, { status: 400, message: visit })
    if (request.method === 'GET' || request.method === 'HEAD') return page(deps, visit, { status: 200 })
    return request.method === 'POST' ? verify(deps, visit, request) : undefined
  }
}

async function verify(deps: Deps, visit: Visit, request: RouterRequest): Promise<RouterResponse> {
  const { human, log } = deps
  const token = (await readForm(request)).get('h-captcha-response') ?? ''
  if (token === '') return page(deps, visit, { status: 400, message: 'Please solve the task first.' })
  let isSolved: boolean
  try {
    isSolved = await human.captcha.isSolved(token, request)
  } catch (error) {
    log.warn('a captcha could not be verified', { err: error })
    return page(deps, visit, { status: 502, message: 'The check cannot be reached. Please try again in a minute.' })
  }
  if (!isSolved) return page(deps, visit, { status: 400, message: 'That did not work. Please try again.' })
  const target = new URL(visit.redirect)
  target.searchParams.set('code', human.codes.create(visit.handle))
  target.searchParams.set('state', visit.state)
  return { status: 303, headers: { location: target.href, 'cache-control': 'no-store' }, body: '' }
}

/** What the request asks for, or what is wrong with it. */
function visitOf({ query }: RouterRequest, redirects: readonly string[]): Visit | string {
  const params = new URLSearchParams(query)
  const handle = params.get('handle') ?? ''
  const state = params.get('state') ?? ''
  const scheme = params.get('colorScheme')
  if (!isHandle(handle)) return 'The address of this page lacks the handle that you want. Go back to your app.'
  if (state === '' || state.length > maxStateLength) {
    return 'The address of this page lacks the state of your app. Go back to your app.'
  }
  const wanted = params.get('redirect_url')?.replace(/\/$/, '')
  return {
    handle,
    state,
    scheme: scheme === 'dark' || scheme === 'light' ? scheme : undefined,
    redirect: redirects.find((each) => each === wanted) ?? redirects[0]!,
  }
}

function page(
  { service, human }: Deps,
  visit: Visit | undefined,
  { status, message }: { status: number; message?: string },
): RouterResponse {
  const hosts = 'https://hcaptcha.com https://*.hcaptcha.com'
  const targets = human.redirects.map((redirect) => new URL(redirect).origin).join(' ')
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      // Apps show the page in a frame. A form may be redirected only to where it may be sent.
      'content-security-policy':
        `default-src 'none'; script-src ${hosts}; frame-src ${hosts}; style-src 'unsafe-inline' ${hosts}; ` +
        `connect-src ${hosts}; form-action 'self' ${targets}; base-uri 'none'`,
    },
    body: pageText(service.name, visit, human.siteKey, message),
  }
}

function pageText(service: string, visit: Visit | undefined, siteKey: string, message: string | undefined): string {
  const name = escapeHtml(service)
  const scheme = visit?.scheme ?? 'light dark'
  const notice = message === undefined ? '' : `<p role="alert"><strong>${escapeHtml(message)}</strong></p>\n`
  const form = visit
    ? `<p>Before <strong>${escapeHtml(visit.handle)}</strong> is yours, show that you are a person.</p>
<form method="post">
<div class="h-captcha" data-sitekey="${escapeHtml(siteKey)}"${visit.scheme ? ` data-theme="${visit.scheme}"` : ''}></div>
<p><button>Continue</button></p>
</form>
<script src="https://js.hcaptcha.com/1/api.js" async defer></script>`
    : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Join ${name}</title>
<style>
:root { color-scheme: ${scheme} }
body { max-width: 22rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; text-align: center; overflow-wrap: anywhere }
.h-captcha { min-height: 78px }
button { font: inherit; padding: .4rem 1.5rem }
</style>
</head>
<body>
<h1>${name}</h1>
${notice}${form}
</body>
</html>
`
}
