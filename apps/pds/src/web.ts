import { accountStatus, type PdsStorage } from '@atoll/storage'
import { isHandle } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import type { RouterRequest, RouterResponse } from '@atoll/xrpc-server'
import type { Accounts } from './accounts/accounts.ts'
import type { Config } from './config/config.ts'
import { homePage } from './home-page.ts'
import { ownHosts } from './own-hosts.ts'

interface Deps {
  config: Pick<Config, 'service'>
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'accounts'>
}

/** The few paths that are not XRPC. Answers undefined for every other. */
export function createWeb({ config, accounts, storage }: Deps) {
  const { service } = config
  const hosts = ownHosts(service)
  const pages: Record<
    string,
    (request: RouterRequest) => RouterResponse | undefined | Promise<RouterResponse | undefined>
  > = {
    '/': async () => html(homePage({ service, accountCount: await storage.accounts.count() })),
    '/robots.txt': () => plain('# Crawling the public API is allowed.\nUser-agent: *\nAllow: /\n'),
    '/.well-known/atproto-did': async (request) => {
      const host = hostOf(request)
      const account = await accounts.find(host)
      return account?.handle === host && accountStatus(account) === 'active'
        ? plain(account.did)
        : { status: 404, headers: textHeaders, body: 'User not found' }
    },
    // A handle's host belongs to somebody else: it must not serve the document of the service.
    '/.well-known/did.json': (request) =>
      service.did.startsWith('did:web:') && hosts.has(hostOf(request)) ? json(serviceDocument(service)) : undefined,
    '/tls-check': async ({ query }) => {
      const domain = requireDomain(query)
      if (!hosts.has(domain) && (await accounts.find(domain))?.handle !== domain)
        throw new XrpcError(
          'NotFound',
          `${domain} is neither this server's host name nor the handle of an account here`,
        )
      return json({ success: true })
    },
  }
  return async (request: RouterRequest): Promise<RouterResponse | undefined> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    // A slash at the end is ignored, as it is for methods.
    const path = request.path.replace(/(?<=[^/])\/$/, '')
    return Object.hasOwn(pages, path) ? pages[path]?.(request) : undefined
  }
}

/** The name by which the client reached the server, without a port. */
function hostOf({ headers }: RouterRequest): string {
  return (headers.get('host') ?? '').replace(/\.?(?::\d+)?$/, '').toLowerCase()
}

/** The domain that a proxy wants a certificate for. */
function requireDomain(query: string): string {
  const [domain, ...more] = new URLSearchParams(query).getAll('domain').map((text) => text.toLowerCase())
  if (domain !== undefined && more.length === 0 && (isHandle(domain) || domain === 'localhost')) return domain
  throw new XrpcError('InvalidRequest', 'the parameter "domain" must be given once, and be a domain name')
}

/** The DID document of the service itself. */
function serviceDocument({ did, publicUrl }: Config['service']) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: publicUrl }],
  }
}

const textHeaders = { 'content-type': 'text/plain; charset=utf-8' }

function plain(body: string): RouterResponse {
  return { status: 200, headers: textHeaders, body }
}

function json(value: unknown): RouterResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function html(body: string): RouterResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    },
    body,
  }
}
