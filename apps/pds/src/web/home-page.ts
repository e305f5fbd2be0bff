import type { Config } from '../config/config.ts'
import { escapeHtml, html } from './text-responses.ts'
import { at, type WebHandler } from './web-handler.ts'

interface Deps {
  service: Config['service']
  countAccounts(): Promise<number>
}

/** The page for a person who opens the server in a browser. */
export function homePage({ service, countAccounts }: Deps): WebHandler {
  return at('/', async () => html(pageText(service, await countAccounts())))
}

function pageText(service: Config['service'], accountCount: number): string {
  const name = escapeHtml(service.name)
  const accounts = accountCount === 1 ? '1 account' : `${accountCount} accounts`
  const home = service.homeUrl ? `<li><a href="${escapeHtml(service.homeUrl)}">About the operator</a></li>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>
:root { color-scheme: light dark; --ink: #14343d; --paper: #f6fbfa; --ring: #2a9d8f; --quiet: #55727a }
@media (prefers-color-scheme: dark) { :root { --ink: #e3f1ef; --paper: #0e2026; --quiet: #9db8bd } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 17px/1.6 system-ui, sans-serif }
main { max-width: 34rem; padding: 2rem }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; line-height: 1.2 }
h1::before { content: ""; display: block; width: 2.6rem; height: 2.6rem; margin-bottom: 1rem; border: .5rem solid var(--ring); border-radius: 50% }
p { margin: .5rem 0 } .quiet { color: var(--quiet) } ul { padding-left: 1.2rem } a { color: var(--ring) } code { font-size: .95em }
</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p>This is a personal data server of the <a href="https://atproto.com">AT Protocol</a>: it keeps people's accounts, records and files, and tells the network what they publish.</p>
<p><strong>${accounts}</strong> ${accountCount === 1 ? 'lives' : 'live'} here.</p>
<ul>
<li><a href="/xrpc/com.atproto.server.describeServer">What this server offers</a> <span class="quiet">(<code>describeServer</code>)</span></li>
<li><a href="https://atproto.com/guides/overview">How the protocol works</a></li>
${home}</ul>
<p class="quiet">Most of the API is under <code>/xrpc/</code>. Sign in with any AT Protocol app and this server's address, <code>${escapeHtml(service.publicUrl)}</code>.</p>
</main>
</body>
</html>
`
}
