import { isHandle } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import type { Accounts } from '../accounts/accounts.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import { json } from './text-responses.ts'
import { at, type WebHandler } from './web-handler.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  hosted: Pick<HostedDocuments, 'document'>
  /** The names of this server. */
  hosts: ReadonlySet<string>
}

/**
 * Tells a proxy which names it may get certificates for: this server's, the handles of its
 * accounts, and the hosts of did:web documents that it publishes.
 */
export function tlsCheck({ accounts, hosted, hosts }: Deps): WebHandler {
  return at('/tls-check', async ({ query }) => {
    const domain = requireDomain(query)
    const isKnown = hosts.has(domain) || (await accounts.find(domain))?.handle === domain
    // An identity that has ended has to say so by https.
    if (!isKnown && (await hosted.document(`did:web:${domain}`)) === undefined) {
      throw new XrpcError('NotFound', `${domain} is neither this server's host name nor the handle of an account here`)
    }
    return json({ success: true })
  })
}

/** The domain that a proxy wants a certificate for. */
function requireDomain(query: string): string {
  const [domain, ...more] = new URLSearchParams(query).getAll('domain').map((text) => text.toLowerCase())
  if (domain !== undefined && more.length === 0 && (isHandle(domain) || domain === 'localhost')) return domain
  throw new XrpcError('InvalidRequest', 'the parameter "domain" must be given once, and be a domain name')
}
