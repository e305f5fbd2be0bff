import { accountStatus, type Storage } from '@atoll/storage'
import type { InnerRequest, InnerResponse } from '@atoll/xrpc-server'
import type { Accounts } from './accounts/accounts.ts'
import type { Config } from './config.ts'
import { homePage } from './home-page.ts'

interface Deps {
  config: Pick<Config, 'service'>
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'accounts'>
}

/** The few paths that are not XRPC. Answers undefined for every other. */
export function createWeb({ config, accounts, storage }: Deps) {
  const { service } = config
  const pages: Record<
    string,
    (request: InnerRequest) => InnerResponse | undefined | Promise<InnerResponse | undefined>
  > = {
    '/': async () => html(homePage({ service, accountCount: await storage.accounts.count() })),
    '/robots.txt': () => plain('# Crawling the public API is allowed.\nUser-agent: *\nAllow: /\n'),
    '/.well-known/atproto-did': async ({ headers }) => {
      const host = (headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase()
      const account = await accounts.find(host)
      return account?.handle === host && accountStatus(account) === 'active'
        ? plain(account.did)
        : { status: 404, headers: textHeaders, body: 'User not found' }
    },
    '/.well-known/did.json': () => (service.did.startsWith('did:web:') ? json(serviceDocument(service)) : undefined),
  }
  return async (request: InnerRequest): Promise<InnerResponse | undefined> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    return Object.hasOwn(pages, request.path) ? pages[request.path]?.(request) : undefined
  }
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

function plain(body: string): InnerResponse {
  return { status: 200, headers: textHeaders, body }
}

function json(value: unknown): InnerResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function html(body: string): InnerResponse {
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
