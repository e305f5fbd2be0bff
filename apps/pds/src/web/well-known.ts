/** The files under `/.well-known/` that resolve host names to DIDs. */
import type { RouterRequest } from '@atoll/xrpc-server'
import { isActive } from '../accounts/account-state.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config/config.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import { json, plainText } from './text-responses.ts'
import { at, type WebHandler } from './web-handler.ts'

/**
 * The DID of the account whose handle is the host name of the request.
 * https://atproto.com/specs/handle#https-well-known-method
 */
export function handleFile({ accounts }: { accounts: Pick<Accounts, 'find'> }): WebHandler {
  return at('/.well-known/atproto-did', async (request) => {
    const host = hostOf(request)
    const account = await accounts.find(host)
    return account?.handle === host && isActive(account) ? plainText(account.did) : plainText('User not found', 404)
  })
}

interface ServiceDeps {
  service: Pick<Config['service'], 'did' | 'publicUrl'>
  /** The names of this server. */
  hosts: ReadonlySet<string>
}

/**
 * The DID document of the service, under its own names alone: the host of a handle belongs to its
 * account.
 */
export function serviceDocument({ service: { did, publicUrl }, hosts }: ServiceDeps): WebHandler {
  const document = {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: publicUrl }],
  }
  return at('/.well-known/did.json', (request) =>
    did.startsWith('did:web:') && hosts.has(hostOf(request)) ? json(document) : undefined,
  )
}

/**
 * The document of a did:web that an account began here, under its own host name. A DID that has
 * ended is gone for good.
 */
export function hostedDocument({ hosted }: { hosted: Pick<HostedDocuments, 'document'> }): WebHandler {
  return at('/.well-known/did.json', async (request) => {
    const document = await hosted.document(`did:web:${hostOf(request)}`)
    if (document === undefined) return undefined
    return document ? json(document) : plainText('This identity has ended', 410)
  })
}

/** The name by which the client reached the server, without a port. */
function hostOf({ headers }: RouterRequest): string {
  return (headers.get('host') ?? '').replace(/\.?(?::\d+)?$/, '').toLowerCase()
}
